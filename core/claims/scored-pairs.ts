import { scoreTrials, testMetricOf } from '../comparison/score-trials.ts';
import { randomStream } from '../random/random-stream.ts';
import { bootstrapInterval } from '../statistics/bootstrap.ts';
import { permutationTest } from '../statistics/permutation-test.ts';
import { probabilityOfImprovement } from '../statistics/probability-of-improvement.ts';
import type { ClaimTrial, Effect, Evidence } from './claim.ts';
import type { Cell, Regime } from './regimes.ts';

/** Scores of a cell's trials among all of the regime's, worst to best: soonest at the target first where there is one, then the test metric. */
export type Scores = ReadonlyMap<Cell, readonly number[]>;

export function scoresOf({ cells }: Regime, target: object | null): Scores {
  const trials = cells.flatMap((cell) => cell.trials);
  const epochs = trials[0]?.epochBudget ?? 0;
  const scored = scoreTrials(trials, { epochs, target }, testMetricOf(trials));
  const scoreOf = new Map(scored.map(({ trial, score }) => [trial as ClaimTrial, score]));
  // Sorted, so that which seed had which score changes nothing.
  return new Map(cells.map((cell) => [cell, cell.trials.map((trial) => scoreOf.get(trial)!).sort((a, b) => a - b)]));
}

/** Chance that a run of the one side does better than one of the other, and the exact permutation test of their mean scores. */
export function pairEvidence(
  first: readonly number[],
  second: readonly number[],
  path: readonly string[],
): Pick<Evidence, 'direction' | 'pValue'> & { readonly effect: Effect } {
  const value = probabilityOfImprovement(first, second);
  const interval = bootstrapInterval(
    [first, second],
    ([x, y]) => probabilityOfImprovement(x!, y!),
    randomStream(0, 'claims', 'interval', ...path),
  );
  return {
    effect: { name: 'chance that its run does better', unit: 'probability', value, interval, predicted: null },
    direction: mean(first) >= mean(second) ? 'supported' : 'refuted',
    pValue: permutationTest(first, second, randomStream(0, 'claims', 'permutation', ...path)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}
