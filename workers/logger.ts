import { DefaultLogger, type LogLevel, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { type Logger, pino } from 'pino';

const levels: Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/**
 * One JSON line a message on standard error. Temporal's runtime, workflows and activities log through it too, with
 * their workflow, activity and attempt. Call once a process, before anything of Temporal is made.
 */
export function installLogger(worker: string, level: Logger['level']): Logger {
  const logger = pino(
    { level, base: { worker, pid: process.pid }, errorKey: 'error' },
    pino.destination({ dest: 2, sync: true }),
  );
  Runtime.install({
    // SIGTERM and SIGINT are ours: see run-worker.ts.
    shutdownSignals: [],
    logger: new DefaultLogger(level.toUpperCase() as LogLevel, ({ level: entryLevel, message, meta }) =>
      logger[levels[entryLevel]](withoutTaskToken(meta), message),
    ),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) } },
  });
  return logger;
}

/** A task token lets its holder end the activity: it has no place in a log. */
function withoutTaskToken(meta: Record<string | symbol, unknown> | undefined): object {
  const { taskToken: _, ...rest } = meta ?? {};
  return rest;
}
