import { CheckpointError, MachineError, PoisonError, TrainerCrashError } from '../core/errors.ts';
import { quarantineReason, treatmentOf } from '../core/trial/blame.ts';
import type { ClaimHistory, Fenced, SweepStore } from '../storage/sweep-store.ts';
import { lastAttemptFailure } from './failure.ts';
import type { LoneTurns } from './lone-turns.ts';
import { patiently } from './patience.ts';

export interface SuspectTrial extends Fenced {
  readonly history: ClaimHistory;
}

/** Throws PoisonError when the deaths of earlier claims convict the trial. */
export function refusePoison({ deaths }: ClaimHistory): void {
  if (treatmentOf(deaths) === 'quarantined') throw new PoisonError(quarantineReason(deaths));
}

/**
 * Answers what ends the turn of a trial that is to be trained alone, once that is noted; null for a trial that may be trained among others, as it
 * may when another one was found to be the cause while it waited.
 */
export async function takeLoneTurn(
  { store, turns }: { readonly store: SweepStore; readonly turns: LoneTurns },
  trial: SuspectTrial,
  signal: AbortSignal,
): Promise<(() => void) | null> {
  if (treatmentOf(trial.history.deaths) === 'stacked') return null;
  const end = await turns.take(signal);
  try {
    const { deaths } = await patiently(() => store.claimHistory(trial), signal);
    if (treatmentOf(deaths) !== 'stacked') {
      await patiently(() => store.markAlone(trial), signal);
      return end;
    }
  } catch (error) {
    end();
    throw error;
  }
  end();
  return null;
}

/**
 * Notes that an error ended the claim, and answers the one that the attempt is to end with: a PoisonError for the death that convicts the trial, a final
 * failure for the last error of those that the sweep allows. A death of the trainer is not one of them.
 */
export async function endClaimByError(
  store: SweepStore,
  trial: Fenced,
  attempts: number,
  error: Error,
  signal: AbortSignal,
): Promise<Error> {
  if (error instanceof TrainerCrashError) {
    const { deaths } = await patiently(
      () => store.endClaim(trial, { kind: 'crashed', process: error.process }),
      signal,
    );
    return treatmentOf(deaths) === 'quarantined' ? new PoisonError(quarantineReason(deaths)) : error;
  }
  if (!(error instanceof MachineError || error instanceof CheckpointError)) return error;
  const { errors } = await patiently(() => store.endClaim(trial, { kind: 'failed' }), signal);
  return errors >= attempts ? lastAttemptFailure(error) : error;
}
