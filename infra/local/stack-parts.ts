import { startDatabase } from './stack-database.ts';
import { startGrafana } from './stack-grafana.ts';
import type { PartOptions } from './stack-part.ts';
import { shapingVariables } from './stack-state.ts';
import { startTemporal } from './stack-temporal.ts';
import { startWorkers } from './stack-workers.ts';

export interface Parts {
  /** Resolves when everything answers; rejects with the first failure. */
  readonly started: Promise<void>;
  /** Stops what was started so far, last started first. */
  stop(): Promise<void>;
}

/** Starts database, Temporal, workers and Grafana, each step reported as it goes. */
export function startParts(options: Omit<PartOptions, 'signal' | 'onStop'>): Parts {
  const stops: (() => Promise<void>)[] = [];
  const abort = new AbortController();
  const part: PartOptions = { ...options, signal: abort.signal, onStop: (stop) => void stops.push(stop) };
  const { environment, report, logger } = options;

  const start = async (): Promise<void> => {
    const settings = shapingVariables.map((name) => [name, environment[name] ?? ''] as const);
    await report.update({ settings: Object.fromEntries(settings) });
    const [databaseUrl, temporal] = await Promise.all([startDatabase(part), startTemporal(part)]);
    abort.signal.throwIfAborted();
    await Promise.all([
      startWorkers(part, { ...environment, ...temporal, DATABASE_URL: databaseUrl }),
      startGrafana(part, databaseUrl),
    ]);
  };
  const stopRegistered = async (): Promise<void> => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
      await stop().catch((error: unknown) => logger.error({ err: error }, 'could not stop a part'));
    }
  };

  const started = start();
  const settled = started.catch(() => undefined);
  return {
    started,
    async stop() {
      abort.abort();
      await stopRegistered();
      // A part that was just being started registers itself when it is there.
      await settled;
      await stopRegistered();
    },
  };
}
