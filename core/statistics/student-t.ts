import { BugError } from '../errors.ts';
import { confidence, type Interval } from './interval.ts';

/** P(T <= t) for Student's t with a whole number of degrees of freedom, by the finite series of Abramowitz, Stegun 1964, 26.7.3 and 26.7.4. */
export function studentCdf(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosSquared = Math.cos(angle) ** 2;
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cosSquared * (k - 1)) / k;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return (1 + within) / 2;
}

export interface MeanEstimate {
  readonly mean: number;
  readonly standardError: number;
  readonly interval: Interval;
}

/** Mean with Student's interval (Student 1908). Of a single value the interval is unknown. Throws BugError without values. */
export function meanEstimate(values: readonly number[]): MeanEstimate {
  const n = values.length;
  // Sorted, so that equal values give equal bits in whichever order they come.
  const sorted = values.toSorted((a, b) => a - b);
  if (n === 0) throw new BugError('A mean needs a value.');
  const mean = sorted.reduce((sum, x) => sum + x, 0) / n;
  if (n === 1) return { mean, standardError: Infinity, interval: { low: null, high: null } };
  const standardError = Math.sqrt(sorted.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1) / n);
  const reach = standardError * studentQuantile((1 + confidence) / 2, n - 1);
  return { mean, standardError, interval: { low: mean - reach, high: mean + reach } };
}

/** One-sided p-value of the hypothesis that the mean is at most `bound`; 1 for a single value, which tells no spread. */
export function pMeanAtMost({ mean, standardError }: MeanEstimate, bound: number, n: number): number {
  if (n < 2) return 1;
  if (standardError === 0) return mean > bound ? 0 : 1;
  return studentCdf((bound - mean) / standardError, n - 1);
}

/** The p-quantile of Student's t for p in (1/2, 1), by bisection. */
export function studentQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (studentCdf(high, degrees) < p) high *= 2;
  for (let round = 0; round < 100; round++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return high;
}
