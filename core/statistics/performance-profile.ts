import { BugError } from '../errors.ts';

/** Share of runs whose score is above each threshold (Agarwal et al. 2021, eq. 1, run-score distribution). Throws BugError without runs. */
export function performanceProfile(scores: readonly number[], thresholds: readonly number[]): number[] {
  if (scores.length === 0) throw new BugError('A performance profile needs a run.');
  return thresholds.map((threshold) => scores.filter((score) => score > threshold).length / scores.length);
}
