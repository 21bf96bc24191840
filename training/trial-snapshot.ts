import type { MetricSums, SlotState } from './backend.ts';
import type { RunSnapshot } from './trial-run.ts';

/** A trial between two of its steps, where the sums of its stack have been read: all that its future numbers depend on. */
export interface TrialSnapshot {
  readonly run: RunSnapshot;
  /** Steps done in the epoch that is under way. */
  readonly position: number;
  /** Training sums of that epoch so far. */
  readonly sums: MetricSums;
  readonly state: SlotState;
  /** Time in trainers so far, ms; no number depends on it. */
  readonly durationMs: number;
}

export const noSums: MetricSums = { examples: 0, lossSum: 0, correct: 0 };

export function addSums(a: MetricSums, b: MetricSums): MetricSums {
  return { examples: a.examples + b.examples, lossSum: a.lossSum + b.lossSum, correct: a.correct + b.correct };
}
