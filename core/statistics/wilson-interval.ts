import { normalQuantile, type Interval } from './interval.ts';

/** 95 % interval of a share from `hits` in `n` > 0 trials (Wilson 1927): unlike the normal one it is of use at 0 of n and n of n. */
export function wilsonInterval(hits: number, n: number): Interval {
  const z = normalQuantile ** 2 / n;
  const share = hits / n;
  const middle = (share + z / 2) / (1 + z);
  const reach = (normalQuantile * Math.sqrt((share * (1 - share)) / n + z / (4 * n))) / (1 + z);
  // At the ends the formula gives 0 and 1 up to rounding.
  return { low: hits === 0 ? 0 : middle - reach, high: hits === n ? 1 : middle + reach };
}
