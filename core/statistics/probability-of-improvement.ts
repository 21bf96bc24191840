import { BugError } from '../errors.ts';

/**
 * Chance that a random run of x scores higher than a random run of y, a tie counting a half (Agarwal et al. 2021; the
 * Mann-Whitney statistic divided by the number of pairs). Scores [runs]; infinite ones are allowed.
 * Throws BugError when either side has no run.
 */
export function probabilityOfImprovement(x: readonly number[], y: readonly number[]): number {
  if (x.length === 0 || y.length === 0) {
    throw new BugError('A probability of improvement needs runs on both sides.', { x: x.length, y: y.length });
  }
  let wins = 0;
  for (const a of x) {
    for (const b of y) wins += a > b ? 1 : a === b ? 0.5 : 0;
  }
  return wins / (x.length * y.length);
}
