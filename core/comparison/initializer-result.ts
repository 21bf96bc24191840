import type { RandomStream } from '../random/random-stream.ts';
import { bootstrapInterval } from '../statistics/bootstrap.ts';
import { interquartileMean } from '../statistics/interquartile-mean.ts';
import type { Interval } from '../statistics/interval.ts';
import { kaplanMeier, medianTime, medianTimeInterval } from '../statistics/kaplan-meier.ts';
import type { ComparedTraining, ComparedTrial, InitializerResult, TestMetric } from './comparison.ts';
import { epochsUntilTarget, type ScoredTrial } from './score-trials.ts';

/** An initializer's result and what ranks it; `beatenByFirst` is known once all are ranked. */
export interface RankedResult {
  readonly result: Omit<InitializerResult, 'beatenByFirst'>;
  /** Scores of its trials; see ScoredTrial. */
  readonly scores: readonly number[];
  /**
   * Mean score, -Infinity without trials: what initializers are ranked by. With places shared by equals it grows with the
   * chance that one of its trials beats a trial drawn from the whole group.
   */
  readonly rank: number;
}

/**
 * Sums up the trials of one initializer in one group.
 *
 * @param trials all of its trials, failed ones too
 * @param scored those of them that have a result
 */
export function initializerResult(
  initializer: string,
  trials: readonly ComparedTrial[],
  scored: readonly ScoredTrial[],
  training: ComparedTraining,
  metric: TestMetric,
  stream: RandomStream,
): RankedResult {
  const inState = (state: ComparedTrial['state']) => trials.filter((trial) => trial.state === state).length;
  const scores = scored.map(({ score }) => score);
  return {
    scores,
    rank: scores.length === 0 ? -Infinity : scores.reduce((sum, score) => sum + score, 0) / scores.length,
    result: {
      initializer,
      trials: scored.length,
      converged: inState('converged'),
      diverged: inState('diverged'),
      pruned: inState('pruned'),
      failed: inState('failed'),
      cancelled: inState('cancelled'),
      ...epochsToTarget(scored, training),
      ...testMetric(scored, metric, stream),
    },
  };
}

function epochsToTarget(scored: readonly ScoredTrial[], { epochs, target }: ComparedTraining) {
  if (target === null || scored.length === 0) {
    return { medianEpochsToTarget: null, medianEpochsInterval: { low: null, high: null }, epochsText: '-' };
  }
  const times = scored.map(({ trial }) => {
    const time = epochsUntilTarget(trial);
    // A diverged trial will never get there: it counts to the budget's end. So does a pruned one: to censor it where it was given up, because it
    // was behind, would make its cell as fast as the seeds that were spared.
    return time === Infinity ? { time: epochs, reached: false } : { time, reached: true };
  });
  const curve = kaplanMeier(times);
  const medianEpochsToTarget = medianTime(curve);
  return {
    medianEpochsToTarget,
    medianEpochsInterval: medianTimeInterval(curve),
    epochsText: medianEpochsToTarget === null ? boundText(scored, epochs) : String(medianEpochsToTarget),
  };
}

/** What is certain of a median that is not known: it is above the median of the epochs up to which the trials were watched. */
function boundText(scored: readonly ScoredTrial[], epochs: number): string {
  const watched = scored
    .map(({ trial }) => {
      const time = epochsUntilTarget(trial);
      if (time !== Infinity) return { time, sign: '≥' };
      return { time: trial.state === 'pruned' ? (trial.epochsRun ?? 0) : epochs, sign: '>' };
    })
    .sort((a, b) => a.time - b.time);
  const { time, sign } = watched[Math.ceil(watched.length / 2) - 1]!;
  return `${sign} ${time}`;
}

function testMetric(
  scored: readonly ScoredTrial[],
  metric: TestMetric,
  stream: RandomStream,
): { testMetric: number | null; testMetricInterval: Interval } {
  const values = scored.map(({ goodness }) => goodness);
  if (values.length === 0) return { testMetric: null, testMetricInterval: { low: null, high: null } };
  const sign = metric === 'testAccuracy' ? 1 : -1;
  const losses = values.map((value) => sign * value);
  const mean = interquartileMean(losses);
  return {
    testMetric: Number.isFinite(mean) ? mean : null,
    testMetricInterval: bootstrapInterval([losses], ([drawn]) => interquartileMean(drawn!), stream),
  };
}
