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
export const largestConcurrency = 500;
/**
 * While a shard drains its places are idle; with a tenth of a run's trials in flight that is a small part of its time
 * (bench/scale/simulate.ts), so that a large concurrency is divided among more shards, as long as their sweep's history bears it.
 */
const preferredConcurrency = trialsPerRun / 10;
const mostPreferredShards = 400;

/**
 * Divides a part of a plan and the concurrency for it. Positions are in shuffled order, so equal ranges are equal work. `isSparing`: into no more
 * shards than the concurrency has to have.
 */
export function divideIntoShards(
  part: { readonly from: number; readonly to: number; readonly trialCount: number },
  wanted: number,
  isSparing = false,
): Shard[] {
  const concurrency = Math.max(1, Math.min(wanted, part.trialCount));
  const byTrials = Math.min(Math.ceil(part.trialCount / trialsPerRun), largestShardCount);
  const preferred = isSparing ? 1 : Math.min(Math.ceil(concurrency / preferredConcurrency), mostPreferredShards);
  const byConcurrency = Math.max(Math.ceil(concurrency / largestConcurrency), preferred);
  const count = Math.min(Math.max(byTrials, byConcurrency), concurrency);
  const cut = (total: number, index: number): number => Math.floor((total * index) / count);
  return Array.from({ length: count }, (_, index) => ({
    index,
    from: part.from + cut(part.to - part.from, index),
    to: part.from + cut(part.to - part.from, index + 1),
    concurrency: cut(concurrency, index + 1) - cut(concurrency, index),
  }));
}

/**
 * Divides a concurrency among shards of so many trials: as evenly as can be, but none gets more than it has trials or than a
 * shard can have in flight; what one cannot use goes to the others.
 */
export function shareOut(concurrency: number, trials: readonly number[]): number[] {
  const shares = trials.map(() => 0);
  let left = concurrency;
  // The smallest first: what they leave over is then known to the larger ones.
  const order = [...trials.keys()].sort((a, b) => trials[a]! - trials[b]!);
  order.forEach((shard, done) => {
    shares[shard] = Math.min(trials[shard]!, largestConcurrency, Math.ceil(left / (order.length - done)));
    left -= shares[shard];
  });
  return shares;
}
