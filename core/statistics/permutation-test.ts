import { BugError } from '../errors.ts';
import type { RandomStream } from '../random/random-stream.ts';

/** Up to so many arrangements (ten values in each group) all are looked at, and the p-value is exact. */
const mostArrangements = 200_000;
/** Beyond it so many are drawn, which tells p-values down to 1e-5: many comparisons are corrected for. */
const mostDraws = 100_000;
/** Drawing ends early when so many draws were extreme: the p-value is then known to a tenth of itself. */
const enoughExtreme = 100;
/** Statistics equal up to rounding count as equal. */
const rounding = 1e-9;

/**
 * Two-sided p-value of the hypothesis that two groups come from one distribution (Fisher 1935): the share of all ways to
 * deal the values to groups of these sizes whose difference of means is at least as far from 0. Valid at any number of seeds: where
 * arrangements are drawn, by (b + 1) / (m + 1) (Phipson, Smyth 2010), or b / m where drawing ended at the b-th extreme one (Besag, Clifford 1991).
 *
 * @param first values of one group; of times to an event give `logRankScores` of both groups together
 */
export function permutationTest(first: readonly number[], second: readonly number[], stream: RandomStream): number {
  if (first.length === 0 || second.length === 0) throw new BugError('A permutation test needs values in both groups.');
  // The difference of means is linear in either group's sum, and as far from its middle; the smaller group is dealt sooner.
  const [dealt, rest] = first.length <= second.length ? [first, second] : [second, first];
  const all = Float64Array.from([...dealt, ...rest]);
  const size = dealt.length;
  const middle = (sum(all) * size) / all.length;
  const least = Math.abs(sum(dealt) - middle) - rounding * sum(all.map(Math.abs));
  const isExtreme = (total: number) => Math.abs(total - middle) >= least;
  const arrangements = binomial(all.length, size);
  if (arrangements <= mostArrangements) return extremeSums(all, size, isExtreme) / arrangements;
  let extreme = 0;
  for (let draws = 1; draws <= mostDraws; draws++) {
    if (isExtreme(dealtSum(all, size, stream))) extreme += 1;
    if (extreme === enoughExtreme) return extreme / draws;
  }
  return (extreme + 1) / (mostDraws + 1);
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
  for (let round = 0; round < mostDraws; round++) {
    const turned = differences.map(() => stream.integer(2) === 1);
    if (isExtreme((i) => turned[i]!)) extreme += 1;
  }
  return extreme / (mostDraws + 1);
}

function binomial(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways = (ways * (n - k + i)) / i;
  return ways;
}

/** Of all ways to choose `size` of the values, how many have an extreme sum. */
function extremeSums(values: Float64Array, size: number, isExtreme: (total: number) => boolean): number {
  const from = (start: number, left: number, total: number): number => {
    if (left === 0) return Number(isExtreme(total));
    let found = 0;
    for (let i = start; i <= values.length - left; i++) found += from(i + 1, left - 1, total + values[i]!);
    return found;
  };
  return from(0, size, 0);
}

/** Sum of `size` values, each choice as likely as any other; they are brought to the front (Durstenfeld 1964). */
function dealtSum(values: Float64Array, size: number, stream: RandomStream): number {
  let total = 0;
  for (let i = 0; i < size; i++) {
    const j = i + stream.integer(values.length - i);
    const chosen = values[j]!;
    values[j] = values[i]!;
    values[i] = chosen;
    total += chosen;
  }
  return total;
}

function sum(values: readonly number[] | Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
