import { join } from 'node:path';
import type { PartOptions } from './stack-part.ts';
import { superviseProcess } from './supervised-process.ts';

const graceMs = 30_000;

/** Starts one control worker and one training worker, and resolves when both poll. */
export async function startWorkers(options: PartOptions, environment: NodeJS.ProcessEnv): Promise<void> {
  const { folders, root, logger, report, onStop } = options;
  const title = 'workers';
  await report.step({ title, state: 'running', detail: 'starting a control worker and a training worker' });
  // One address cannot serve two workers.
  const { SWEEP_METRICS: _, ...shared } = environment;
  const workers = ['control', 'training'].map((name) => {
    const supervised = superviseProcess({
      name: `${name} worker`,
      command: [process.execPath, '--import', import.meta.resolve('tsx'), join(root, 'workers', `${name}.ts`)],
      folder: root,
      environment: { ...shared, SWEEP_HOME: folders.home, SWEEP_CACHE: folders.cache },
      logFile: join(folders.logs, `${name}-worker.log`),
      graceMs,
      logger,
      onChange: (pid, restarts) => void report.worker({ name: `${name} worker`, pid, restarts }),
    });
    onStop(() => supervised.stop());
    return supervised.ready;
  });
  await Promise.all(workers);
  await report.step({ title, state: 'done', detail: 'a control worker and a training worker are polling' });
}
