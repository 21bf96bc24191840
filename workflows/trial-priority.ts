import type { Priority } from '@temporalio/common';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';

/** A sweep of up to so many trials has somebody who waits for it. */
const interactiveTrials = 200;
/** Above it a sweep fills the workers for hours and can let others pass. */
const hugeTrials = 10_000;

/**
 * In which order waiting trials of different sweeps start: by the sweep's own priority (1 goes first, 5 last), else by its size; sweeps of
 * the same priority take turns.
 */
export function trialPriority(sweepId: string, { run }: SweepSpec, trialCount: number): Priority {
  const bySize = trialCount <= interactiveTrials ? 2 : trialCount <= hugeTrials ? 3 : 4;
  return { priorityKey: run.priority ?? bySize, fairnessKey: sweepId };
}
