import { finalTrialStates } from '../../core/trial/trial-record.ts';
import type { SweepProgress } from '../../storage/sweep-store.ts';

/** Trials that have ended, however they did. */
export function endedTrials({ states }: SweepProgress): number {
  return finalTrialStates.reduce((sum, state) => sum + states[state], 0);
}
