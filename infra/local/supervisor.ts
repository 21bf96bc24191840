// Entry point of the process that owns the local stack: starts its parts, restarts what dies, stops all in order.
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type Folders, folders as defaultFolders } from './folders.ts';
import { stopOrphans } from './orphans.ts';
import { tryLock } from './process-lock.ts';
import { startParts } from './stack-parts.ts';
import { StackReport } from './stack-report.ts';
import { lockFile, readStackState } from './stack-state.ts';

const logLimitBytes = 20e6;
const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime });

async function rotateLogs(folders: Folders): Promise<void> {
  await mkdir(folders.logs, { recursive: true });
  for (const name of ['temporal', 'control-worker', 'training-worker', 'grafana']) {
    const file = join(folders.logs, `${name}.log`);
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    );
    if (size > logLimitBytes) await rename(file, `${file}.1`);
  }
}

/** Exit code 0 when another supervisor holds the stack or after an orderly stop, 1 when start-up failed. */
async function main(): Promise<number> {
  const folders = defaultFolders();
  const lock = await tryLock(lockFile(folders));
  if (lock === null) return 0;
  let stop = false;
  const stopAsked = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        stop = true;
        resolve();
      });
    }
  });
  const report = new StackReport(folders);
  const root = fileURLToPath(new URL('../..', import.meta.url));
  try {
    const previous = await readStackState(folders);
    if (previous !== null) {
      const ended = await stopOrphans(folders, previous, { database: false });
      if (ended.length > 0) logger.warn({ ended }, 'ended what a killed supervisor had left');
    }
    await rotateLogs(folders);
    const parts = startParts({ folders, root, environment: process.env, logger, report, previous });
    try {
      // A stop that is asked for while Temporal is being built must not wait for it.
      await Promise.race([parts.started, stopAsked]);
      if (!stop) {
        await report.update({ phase: 'ready' });
        logger.info('the stack is ready');
        await stopAsked;
      }
      await report.update({ phase: 'stopping' });
      logger.info('stopping');
      return 0;
    } finally {
      await parts.stop();
      logger.info('stopped');
    }
  } catch (error) {
    logger.error({ err: error }, 'the stack failed');
    const { name, message } = error as Error;
    await report.update({ phase: 'failed', failure: { name, message } });
    return 1;
  } finally {
    await lock.release();
  }
}

process.exit(await main());
