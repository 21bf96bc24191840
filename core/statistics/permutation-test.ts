import { BugError } from '../errors.ts';
import type { RandomStream } from '../random/random-stream.ts';

/** Up to so many arrangements all are looked at, and the p-value is exact; beyond it so many are drawn. */
const mostArrangements = 10_000;
/** Statistics equal up to rounding count as equal. */
const rounding = 1e-9;

/**
 * Two-sided p-value of the hypothesis that two groups come from one distribution (Fisher 1935): the share of all ways to
 * deal the values to groups of these sizes whose statistic is at least as far from 0. Exact at any number of seeds; where
 * arrangements are drawn, (b + 1) / (m + 1) keeps it valid (Phipson, Smyth 2010).
 *
 * @param statistic centred at 0 under the hypothesis, of groups of the same sizes
 */
export function permutationTest<Value>(
  first: readonly Value[],
  second: readonly Value[],
  statistic: (first: readonly Value[], second: readonly Value[]) => number,
  stream: RandomStream,
): number {
  if (first.length === 0 || second.length === 0) throw new BugError('A permutation test needs values in both groups.');
  const all = [...first, ...second];
  const observed = Math.abs(statistic(first, second));
  const isExtreme = (chosen: ReadonlySet<number>) => {
    const of = (wanted: boolean) => all.filter((_, i) => chosen.has(i) === wanted);
    return Math.abs(statistic(of(true), of(false))) >= observed - rounding * Math.max(1, observed);
  };
  if (binomial(all.length, first.length) <= mostArrangements) {
    const arrangements = [...combinations(all.length, first.length)];
    return arrangements.filter((chosen) => isExtreme(new Set(chosen))).length / arrangements.length;
  }
  const order = Uint32Array.from(all, (_, i) => i);
  let extreme = 1;
  for (let round = 0; round < mostArrangements; round++) {
    stream.shuffle(order);
    if (isExtreme(new Set(order.subarray(0, first.length)))) extreme += 1;
  }
  return extreme / (mostArrangements + 1);
}

/**
 * Two-sided p-value of the hypothesis that paired differences (of the same seed) are as likely to have either sign: the
 * share of all ways to turn signs whose mean is at least as far from 0 (Fisher 1935). n pairs give no less than 2 / 2^n.
 */
export function pairedPermutationTest(differences: readonly number[], stream: RandomStream): number {
  const n = differences.length;
  if (n === 0) throw new BugError('A paired permutation test needs a pair.');
  const observed = Math.abs(differences.reduce((sum, d) => sum + d, 0));
  const scale = differences.reduce((sum, d) => sum + Math.abs(d), 0);
  const isExtreme = (isTurned: (i: number) => boolean) => {
    const sum = differences.reduce((total, d, i) => total + (isTurned(i) ? -d : d), 0);
    return Math.abs(sum) >= observed - rounding * scale;
  };
  if (2 ** n <= mostArrangements) {
    let extreme = 0;
    for (let signs = 0; signs < 2 ** n; signs++) if (isExtreme((i) => ((signs >> i) & 1) === 1)) extreme += 1;
    return extreme / 2 ** n;
  }
  let extreme = 1;
  for (let round = 0; round < mostArrangements; round++) {
    const turned = differences.map(() => stream.integer(2) === 1);
    if (isExtreme((i) => turned[i]!)) extreme += 1;
  }
  return extreme / (mostArrangements + 1);
}

function binomial(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

function* combinations(n: number, k: number, from = 0): Generator<number[]> {
  if (k === 0) {
    yield [];
    return;
  }
  for (let i = from; i <= n - k; i++) for (const rest of combinations(n, k - 1, i + 1)) yield [i, ...rest];
}
