/** A range of plan positions that one child workflow covers. */
export interface Shard {
  readonly index: number;
  /** First position. */
  readonly from: number;
  /** Position after the last. */
  readonly to: number;
  /** Trials in flight at once. */
  readonly concurrency: number;
}

/** 3 history events a trial and 3 a workflow task, which settles several: about the 4,096 at which Temporal suggests to continue as new. */
export const trialsPerRun = 1_000;
/**
 * Shards beyond one run drain before they continue as new; with so many, others keep the queue full meanwhile. More would settle
 * fewer trials with each workflow task.
 */
const largestShardCount = 4;
/** Temporal refuses more than 2,000 pending activities a workflow and advises to stay under 500. */
const largestConcurrency = 500;

/**
 * Divides a plan's positions and the sweep's concurrency. Positions are in shuffled order, so equal ranges are equal work.
 */
export function divideIntoShards(plan: { gridSize: number; trialCount: number }, wanted: number): Shard[] {
  const concurrency = Math.max(1, Math.min(wanted, plan.trialCount));
  const byTrials = Math.min(Math.ceil(plan.trialCount / trialsPerRun), largestShardCount);
  const byConcurrency = Math.ceil(concurrency / largestConcurrency);
  const count = Math.min(Math.max(byTrials, byConcurrency), concurrency);
  const cut = (total: number, index: number): number => Math.floor((total * index) / count);
  return Array.from({ length: count }, (_, index) => ({
    index,
    from: cut(plan.gridSize, index),
    to: cut(plan.gridSize, index + 1),
    concurrency: cut(concurrency, index + 1) - cut(concurrency, index),
  }));
}
