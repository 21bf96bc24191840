import type { ClientPlugin } from '@temporalio/client';
import type { WorkerPlugin } from '@temporalio/worker';

/** Spans on their way to an OpenTelemetry collector. */
export interface Tracing {
  /** For a worker or a client of Temporal: a trace then goes from who starts a sweep through its workflows to its trials. */
  readonly plugins: readonly (WorkerPlugin & ClientPlugin)[];
  /** Sends what is left, for some seconds at most. */
  close(): Promise<void>;
}

const untraced: Tracing = { plugins: [], close: () => Promise.resolve() };

/**
 * Starts the tracing of this process where its settings want it; `onTrouble` hears why spans could not be sent. Where they do not,
 * nothing of OpenTelemetry is loaded but its interface, whose spans are empty then.
 */
export async function startTracing(
  isWanted: boolean,
  service: string,
  onTrouble: (message: string) => void,
): Promise<Tracing> {
  if (!isWanted) return untraced;
  const { traceByOtlp } = await import('./trace-by-otlp.ts');
  return traceByOtlp(service, onTrouble);
}
