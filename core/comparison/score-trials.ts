import type { ComparedTraining, ComparedTrial, TestMetric } from './comparison.ts';

/** One trial with its place in its group. */
export interface ScoredTrial {
  readonly trial: ComparedTrial;
  /** Test accuracy, or minus the test loss: higher is better. -Infinity for a pruned trial. */
  readonly goodness: number;
  /** Place in the order of all trials of the group from worst to best; equals share the middle of their places. */
  readonly score: number;
}

/** Whether a trial says something about its initializer: it was trained, be it to a bad end. */
export function hasResult(trial: ComparedTrial): boolean {
  return trial.state !== 'failed' && trial.state !== 'cancelled';
}

/** Epochs until the target; Infinity for a trial that never got there, as every diverged one. */
export function epochsUntilTarget(trial: ComparedTrial): number {
  return trial.state === 'diverged' ? Infinity : (trial.epochsToTarget ?? Infinity);
}

/** Accuracy where any trial has one, else loss. */
export function testMetricOf(trials: readonly ComparedTrial[]): TestMetric {
  return trials.some((trial) => trial.testAccuracy !== null) ? 'testAccuracy' : 'testLoss';
}

/**
 * Orders the trials of a group: with a target, fewer epochs until it are better and the test metric decides between equals; without one
 * the test metric alone. A pruned trial comes after all that went on, and after those that were given up later; what it would have come to is not
 * known, and an average over the others alone would be one of the lucky. A diverged trial is the worst there is: accuracy 0, loss infinite.
 */
export function scoreTrials(
  trials: readonly ComparedTrial[],
  training: ComparedTraining,
  metric: TestMetric,
): ScoredTrial[] {
  const goodnessOf = (trial: ComparedTrial) => {
    if (trial.state === 'pruned') return -Infinity;
    const value = trial.state === 'diverged' ? null : trial[metric];
    if (metric === 'testAccuracy') return value ?? 0;
    return value === null ? -Infinity : -value;
  };
  const compare = (a: ComparedTrial, b: ComparedTrial) =>
    (training.target === null ? 0 : order(epochsUntilTarget(b), epochsUntilTarget(a))) ||
    order(lastedOf(a), lastedOf(b)) ||
    order(goodnessOf(a), goodnessOf(b));

  const sorted = trials.toSorted(compare);
  const scored: ScoredTrial[] = [];
  for (let first = 0; first < sorted.length;) {
    let next = first + 1;
    while (next < sorted.length && compare(sorted[first]!, sorted[next]!) === 0) next += 1;
    const score = (first + next - 1) / 2;
    for (const trial of sorted.slice(first, next)) scored.push({ trial, goodness: goodnessOf(trial), score });
    first = next;
  }
  return scored;
}

/** How far a trial came before others of its sweep were preferred to it: diverged, given up (the later the better), trained to its end. */
function lastedOf({ state, epochsRun }: ComparedTrial): number {
  if (state === 'diverged') return -1;
  return state === 'pruned' ? (epochsRun ?? 0) : Infinity;
}

/** -1, 0 or 1 as `a` comes before, with or after `b`. */
export function order<Ordered extends number | string>(a: Ordered, b: Ordered): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
