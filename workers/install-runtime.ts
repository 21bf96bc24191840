import {
  DefaultLogger,
  type LogLevel,
  makeTelemetryFilterString,
  Runtime,
  type RuntimeOptions,
} from '@temporalio/worker';
import { type Logger, pino } from 'pino';
import { UserError } from '../core/errors.ts';
import type { WorkerConfig } from './config.ts';

const levels: Readonly<Record<LogLevel, 'trace' | 'debug' | 'info' | 'warn' | 'error'>> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

/**
 * Temporal's runtime with our logger, and metrics where the configuration wants them. One JSON line a message on standard error; the
 * runtime, workflows and activities log through it too, with their workflow, activity and attempt. Prometheus reads the SDK's metrics
 * and ours at one address. Call once a process, before anything of Temporal is made. Throws UserError when that address cannot be had.
 */
export function installRuntime(worker: string, { logLevel, metricsAddress }: WorkerConfig): Logger {
  const logger = pino(
    { level: logLevel, base: { worker, pid: process.pid }, errorKey: 'error' },
    pino.destination({ dest: 2, sync: true }),
  );
  const options: RuntimeOptions = {
    // SIGTERM and SIGINT are ours: see run-worker-process.ts.
    shutdownSignals: [],
    logger: new DefaultLogger(logLevel.toUpperCase() as LogLevel, ({ level: entryLevel, message, meta }) =>
      logger[levels[entryLevel]](withoutTaskToken(meta), message),
    ),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metricsAddress !== undefined && {
        metrics: {
          globalTags: { worker },
          prometheus: {
            bindAddress: metricsAddress,
            countersTotalSuffix: true,
            unitSuffix: true,
            useSecondsForDurations: true,
          },
        },
      }),
    },
  };
  try {
    Runtime.install(options);
  } catch (error) {
    if (metricsAddress === undefined) throw error;
    const path = 'SWEEP_METRICS';
    const message = `${metricsAddress} cannot be listened on (${error instanceof Error ? error.message : String(error)})`;
    throw new UserError(`${path}: ${message}`, [{ path, value: metricsAddress, message }]);
  }
  return logger;
}

/** A task token lets its holder end the activity: it has no place in a log. */
function withoutTaskToken(meta: Record<string | symbol, unknown> | undefined): object {
  const { taskToken: _, ...rest } = meta ?? {};
  return rest;
}
