import { BugError } from '../errors.ts';

/**
 * The p-quantile of finite values in any order, p in [0, 1], interpolated linearly between neighbours (type 7 of Hyndman
 * and Fan 1996, the default of NumPy and R). Throws BugError when there is no value.
 */
export function quantile(values: readonly number[], p: number): number {
  return sortedQuantile(
    values.toSorted((a, b) => a - b),
    p,
  );
}

/** The middle value; of an even number of values the mean of the two in the middle. Throws BugError when there is none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** {@link quantile} of values that are in ascending order already. */
export function sortedQuantile(sorted: readonly number[], p: number): number {
  if (sorted.length === 0 || !(p >= 0 && p <= 1)) {
    throw new BugError('A quantile needs a value and a share from 0 to 1.', { values: sorted.length, p });
  }
  const place = p * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.ceil(place)]!;
  return low === high ? low : low + (place - below) * (high - low);
}
