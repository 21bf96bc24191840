import type { Worker, WorkerPlugin } from '@temporalio/worker';
import type { Logger } from 'pino';
import { UserError } from '../core/errors.ts';
import type { WorkerConfig } from './config.ts';
import { installRuntime } from './install-runtime.ts';
import { startTracing } from './tracing/start-tracing.ts';

const exitCodes = { stopped: 0, failed: 1, userMustAct: 2 } as const;
const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

export interface WorkerProcess<Config extends WorkerConfig> {
  readonly name: string;
  readonly readConfig: (environment: NodeJS.ProcessEnv) => Config;
  /** Composes the worker; what it opens is handed to `closeLater`, and closed in reverse order when the worker has ended. */
  readonly compose: (config: Config, tools: WorkerTools) => Promise<Worker>;
}

export interface WorkerTools {
  readonly logger: Logger;
  readonly closeLater: (close: Close) => void;
  /** For Worker.create. */
  readonly plugins: WorkerPlugin[];
}

type Close = () => Promise<void>;

/**
 * The life of a worker's process. Says { kind: 'ready' } to a parent when it polls. The first SIGTERM or SIGINT lets it
 * finish what it can within its grace time, the second one ends it at once. One that a parent started with a channel stops in the same way when
 * that parent is gone: nobody else would. Exit codes: 0 stopped as asked, 1 failed,
 * 2 a person must act (the message says what), 128 + the signal's number when ended at once.
 */
export async function runWorkerProcess<Config extends WorkerConfig>(worker: WorkerProcess<Config>): Promise<never> {
  const closes: Close[] = [];
  let logger: Logger | null = null;
  let exitCode: number = exitCodes.stopped;
  let running: Worker | null = null;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (running?.getState() !== 'RUNNING') process.exit(128 + signalNumbers[signal]);
      logger?.info({ signal }, 'stopping; a second signal ends the process at once');
      running.shutdown();
    });
  }
  process.on('disconnect', () => {
    if (running === null) process.exit(exitCodes.stopped);
    if (running.getState() !== 'RUNNING') return;
    logger?.warn('stopping; the process that started this worker is gone');
    running.shutdown();
  });
  try {
    const config = worker.readConfig(process.env);
    logger = installRuntime(worker.name, config);
    const log = logger;
    const tracing = await startTracing(config.isTraced, `initsweep-${worker.name}`, (trouble) =>
      log.warn({ trouble }, 'OpenTelemetry complains'),
    );
    closes.push(() => tracing.close());
    running = await worker.compose(config, {
      logger,
      closeLater: (close) => closes.unshift(close),
      plugins: [...tracing.plugins],
    });
    const run = running.run();
    logger.info({ taskQueue: running.options.taskQueue, namespace: running.options.namespace }, 'ready');
    process.send?.({ kind: 'ready' });
    await run;
  } catch (error) {
    exitCode = report(error, logger);
  }
  for (const close of closes) await close().catch((error: unknown) => (exitCode ||= report(error, logger)));
  logger?.info({ exitCode }, 'ended');
  process.exit(exitCode);
}

function report(error: unknown, logger: Logger | null): number {
  if (error instanceof UserError) {
    if (logger === null) process.stderr.write(`${error.message}\n`);
    else logger.error({ issues: error.issues }, error.message);
    return exitCodes.userMustAct;
  }
  if (logger === null) process.stderr.write(`${String(error)}\n`);
  else logger.error({ error }, 'the worker failed');
  return exitCodes.failed;
}
