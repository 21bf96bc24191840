import { randomStream } from '../random/random-stream.ts';
import { bootstrapInterval } from '../statistics/bootstrap.ts';
import { probabilityOfImprovement } from '../statistics/probability-of-improvement.ts';
import { bestRate, cellParts, type CellLabels, networkAxes } from '../trial/labels.ts';
import type { ComparedTraining, ComparedTrial, GroupComparison, InitializerResult, TestMetric } from './comparison.ts';
import { groupedBy } from './grouped-by.ts';
import { initializerResult, type RankedResult } from './initializer-result.ts';
import { hasResult, order, scoreTrials, testMetricOf } from './score-trials.ts';
import { verdictOf } from './verdict.ts';

/**
 * Ranks the initializers of a sweep within each group of trials that share every other axis but the seed (activation, depth, and
 * so on). With a target, what counts is how soon it is met, and the test metric between equals; else the test metric.
 * Intervals are 95% and come from a random stream of their own: the same trials give the same answer.
 *
 * @param trials finished trials in any order
 */
export function compareInitializers(trials: readonly ComparedTrial[], training: ComparedTraining): GroupComparison[] {
  const alwaysShown = new Set(['activation', 'depth']);
  const shown = new Set<keyof CellLabels>(
    networkAxes.filter((axis) => alwaysShown.has(axis) || new Set(trials.map((trial) => trial[axis])).size > 1),
  );
  if (trials.some(({ learningRate }) => learningRate === bestRate)) shown.add('learningRate');
  const metric = testMetricOf(trials);

  return [...groupedBy(trials, (trial) => JSON.stringify(Object.values(groupOf(trial)))).values()]
    .map((members) =>
      compareGroup(members, training, metric, cellParts(members[0]!, (axis) => shown.has(axis)).join(' · ')),
    )
    .sort((a, b) => compareLabels(a.group, b.group));
}

function compareGroup(
  trials: readonly ComparedTrial[],
  training: ComparedTraining,
  fallbackMetric: TestMetric,
  title: string,
): GroupComparison {
  const withResult = trials.filter(hasResult);
  const metric = withResult.some((trial) => trial.state !== 'diverged') ? testMetricOf(withResult) : fallbackMetric;
  const scored = scoreTrials(withResult, training, metric);
  const ranked = [...groupedBy(trials, (trial) => trial.initializer)]
    .map(([initializer, members]) => {
      const own = scored.filter(({ trial }) => trial.initializer === initializer);
      const stream = randomStream(0, 'comparison', title, initializer);
      return initializerResult(initializer, members, own, training, metric, stream);
    })
    .sort((a, b) => b.rank - a.rank || order(a.result.initializer, b.result.initializer));

  const first = ranked[0]!;
  const results = ranked.map((other) => ({ ...other.result, beatenByFirst: beatenBy(first, other, title) }));
  return { group: groupOf(trials[0]!), title, metric, results, verdict: verdictOf(results) };
}

function beatenBy(first: RankedResult, other: RankedResult, title: string): InitializerResult['beatenByFirst'] {
  if (other === first || first.scores.length === 0 || other.scores.length === 0) return null;
  const stream = randomStream(0, 'improvement', title, other.result.initializer);
  return {
    probability: probabilityOfImprovement(first.scores, other.scores),
    interval: bootstrapInterval([first.scores, other.scores], ([x, y]) => probabilityOfImprovement(x!, y!), stream),
  };
}

function groupOf(trial: ComparedTrial): Omit<CellLabels, 'initializer'> {
  const { activation, network, normalization, depth, width, learningRate, optimizer, batchSize, dataset } = trial;
  return { activation, network, normalization, depth, width, learningRate, optimizer, batchSize, dataset };
}

function compareLabels(a: Omit<CellLabels, 'initializer'>, b: Omit<CellLabels, 'initializer'>): number {
  return networkAxes.map((axis) => order(a[axis], b[axis])).find((sign) => sign !== 0) ?? 0;
}
