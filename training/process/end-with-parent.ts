import { Worker } from 'node:worker_threads';

const checkIntervalMs = 1_000;

/** In a thread of its own, for the main one may be within native code for long, or forever. */
const watch = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  if (process.ppid !== workerData.parent) process.kill(process.pid, 'SIGKILL');
}, workerData.checkIntervalMs);
`;

/**
 * Ends this process at once, whatever it does, when the one that started it is gone. Where that process was never seen
 * (Windows tells no new parent) the closing of the channel is the only sign.
 */
export function endWithParent(): void {
  const watcher = new Worker(watch, {
    eval: true,
    execArgv: [],
    workerData: { parent: process.ppid, checkIntervalMs },
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
  });
  watcher.unref();
}
