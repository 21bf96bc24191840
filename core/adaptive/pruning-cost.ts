import type { GroupComparison } from '../comparison/comparison.ts';
import { hasResult } from '../comparison/score-trials.ts';
import type { FinalTrialState } from '../trial/trial-record.ts';

interface EndedTrial {
  readonly state: FinalTrialState;
  readonly reused: boolean;
  readonly epochsRun: number | null;
}

/** What giving trials up has spared a sweep, and where it may have cost an answer. */
export interface PruningCost {
  /** Trials that were given up. */
  readonly pruned: number;
  /** Epochs that the trials which the sweep trained to a result were given. */
  readonly epochsPlanned: number;
  /** Those of them that were not trained because trials were given up; some of these would have ended early by themselves. */
  readonly epochsSpared: number;
  readonly networks: number;
  /** Titles of the networks whose comparison is open between initializers of which trials were given up: more of their training might have told them apart. */
  readonly open: readonly string[];
}

/** @param epochs budget of each trial */
export function pruningCost(
  trials: readonly (EndedTrial & Parameters<typeof hasResult>[0])[],
  comparisons: readonly GroupComparison[],
  epochs: number,
): PruningCost {
  const trained = trials.filter((trial) => hasResult(trial) && !trial.reused);
  const pruned = trained.filter(({ state }) => state === 'pruned');
  const open = comparisons.filter(
    ({ verdict, results }) =>
      verdict.kind === 'undecided' &&
      verdict.among.length > 1 &&
      results.some(({ initializer, pruned: lost }) => lost > 0 && verdict.among.includes(initializer)),
  );
  return {
    pruned: pruned.length,
    epochsPlanned: trained.length * epochs,
    epochsSpared: pruned.reduce((sum, { epochsRun }) => sum + epochs - (epochsRun ?? 0), 0),
    networks: comparisons.length,
    open: open.map(({ title }) => title),
  };
}
