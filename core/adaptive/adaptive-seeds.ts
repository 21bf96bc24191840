import { hasResult, scoreTrials, testMetricOf } from '../comparison/score-trials.ts';
import type { ComparedTraining, ComparedTrial } from '../comparison/comparison.ts';
import { groupedBy } from '../comparison/grouped-by.ts';
import { randomStream } from '../random/random-stream.ts';
import { bootstrapInterval } from '../statistics/bootstrap.ts';
import { confidence } from '../statistics/interval.ts';
import { permutationTest } from '../statistics/permutation-test.ts';
import { probabilityOfImprovement } from '../statistics/probability-of-improvement.ts';
import type { AdaptiveSeeds } from '../sweep/sweep-spec.ts';

/** Whether a regime (cells that differ in nothing but the initializer) needs no more seeds, and why. */
export interface RegimeDecision {
  readonly isOpen: boolean;
  /** The initializer that is ahead of every other one; null where none is. */
  readonly best: string | null;
}

/** How often a sweep may look at its regimes: after the seeds of its file, and after each further step. */
export function looksOf({ budget, step }: AdaptiveSeeds, firstSeeds: number): number {
  return 1 + Math.ceil(Math.max(0, budget - firstSeeds) / step);
}

/**
 * Looks at the trials of one regime.
 *
 * Until `decided`: it is decided where the initializer with the best mean place beats every other one by the two-sided permutation test of
 * mean places at level 0.05 / looks. Where it is truly level with another one, that happens at one look with a chance of at most
 * 0.05 / looks, and by the union bound at any of them with at most 0.05, however the looks depend on each other (Bonferroni): seeds are
 * added only as long as nothing is decided, and that is paid for.
 *
 * Until a width: it is closed where the intervals of the chance that the best one's run beats another's are all at most so wide. Nothing is
 * decided then.
 *
 * @param trials of one regime, in any order
 * @param looks see looksOf
 */
export function decideRegime(
  trials: readonly ComparedTrial[],
  training: ComparedTraining,
  { until }: AdaptiveSeeds,
  looks: number,
): RegimeDecision {
  const told = trials.filter(hasResult);
  const scored = scoreTrials(told, training, testMetricOf(told));
  const ranked = [...groupedBy(scored, ({ trial }) => trial.initializer)]
    .map(([initializer, members]) => {
      // Sorted, so that which seed had which place changes nothing.
      const scores = members.map(({ score }) => score).sort((a, b) => a - b);
      return { initializer, scores, rank: mean(scores) };
    })
    .sort((a, b) => b.rank - a.rank || (a.initializer < b.initializer ? -1 : 1));
  const initializers = new Set(trials.map(({ initializer }) => initializer)).size;
  if (initializers < 2) return { isOpen: false, best: null };
  // One without any result is compared with nobody yet.
  if (ranked.length < initializers) return { isOpen: true, best: null };

  const [first, ...others] = ranked as [(typeof ranked)[0], ...typeof ranked];
  if (until !== 'decided') {
    const isWide = others.some(({ initializer, scores }) => widthOf(first.scores, scores, initializer) > until);
    return { isOpen: isWide, best: null };
  }
  const level = (1 - confidence) / looks;
  const isAhead = others.every(({ initializer, scores, rank }) => {
    const stream = randomStream(0, 'adaptive', initializer, scores.length);
    return first.rank > rank && permutationTest(first.scores, scores, stream) <= level;
  });
  return { isOpen: !isAhead, best: isAhead ? first.initializer : null };
}

function widthOf(first: readonly number[], other: readonly number[], initializer: string): number {
  const stream = randomStream(0, 'adaptive width', initializer);
  const { low, high } = bootstrapInterval([first, other], ([x, y]) => probabilityOfImprovement(x!, y!), stream);
  return (high ?? 1) - (low ?? 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
