import { setTimeout as sleep } from 'node:timers/promises';
import { MachineError } from '../core/errors.ts';

const firstDelayMs = 250;
const longestDelayMs = 10_000;
/** A database that is restarted, failed over or upgraded is back within minutes. */
export const patienceMs = 10 * 60_000;

/**
 * Repeats an idempotent call to a machine that is away, up to ten minutes: what was trained must not be lost, nor an attempt
 * be spent, because the database restarts. Throws what the call threw when patience is over or the error is no
 * MachineError, and the signal's reason as soon as it is aborted.
 */
export async function patiently<Result>(call: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  const deadline = performance.now() + patienceMs;
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, longestDelayMs)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof MachineError) || performance.now() + delayMs > deadline) throw error;
    }
    await sleep(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
