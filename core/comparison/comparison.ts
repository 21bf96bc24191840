import type { Interval } from '../statistics/interval.ts';
import type { CellLabels } from '../trial/labels.ts';
import type { FinalTrialState } from '../trial/trial-record.ts';

/** What a comparison needs of one finished trial. */
export interface ComparedTrial extends CellLabels {
  readonly seed: number;
  readonly state: FinalTrialState;
  readonly epochsToTarget: number | null;
  readonly epochsRun: number | null;
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
}

/** What all trials of the sweep shared. */
export interface ComparedTraining {
  /** Budget of each trial. */
  readonly epochs: number;
  /** Null: the sweep had no target, and initializers are ranked by their test metric alone. */
  readonly target: object | null;
}

export type TestMetric = 'testAccuracy' | 'testLoss';

/** An initializer's trials in one group: all that share every axis but initializer and seed. */
export interface InitializerResult {
  readonly initializer: string;
  /** Trials with a result, pruned ones too; those that failed or were cancelled say nothing about the initializer. */
  readonly trials: number;
  readonly converged: number;
  readonly diverged: number;
  /** Of `trials`, those that were given up early. */
  readonly pruned: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Kaplan-Meier median of the epochs until the target; null when more than half never got there (pruned ones count so), or there is no target. */
  readonly medianEpochsToTarget: number | null;
  readonly medianEpochsInterval: Interval;
  /** As a person reads it: `7`, `> 30` where the budget ended first or the median trial was given up, `-` without target or trials. */
  readonly epochsText: string;
  /**
   * Interquartile mean over seeds; null without a finite one. A diverged trial counts as accuracy 0, or as infinite loss, a pruned one as worse than
   * any number: where more than a quarter was given up there is none.
   */
  readonly testMetric: number | null;
  readonly testMetricInterval: Interval;
  /** Chance that a run of the group's first initializer does better than one of this; null for the first itself. */
  readonly beatenByFirst: { readonly probability: number; readonly interval: Interval } | null;
}

/**
 * What the group's trials allow to say. `best`: the first does better than every other, beyond what chance explains.
 * `undecided`: those in `among` are not told apart.
 */
export type Verdict =
  | { readonly kind: 'best'; readonly initializer: string; readonly reason: string }
  | { readonly kind: 'undecided'; readonly among: readonly string[]; readonly reason: string };

export interface GroupComparison {
  readonly group: Omit<CellLabels, 'initializer'>;
  /** `relu · depth 8`, and every other axis that varies in the sweep. */
  readonly title: string;
  readonly metric: TestMetric;
  /** Best first. */
  readonly results: readonly InitializerResult[];
  readonly verdict: Verdict;
}
