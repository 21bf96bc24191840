import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { SweepWorkflowState } from './messages.ts';

/** How a person steers a running sweep, and how the sweep passes it on to its shards. docs/control.md shows each in use. */

/**
 * - no: trials start.
 * - drain: none starts, those in training end.
 * - now: none starts, those in training hand back at once and are taken up again later.
 */
export type Hold = 'no' | 'drain' | 'now';

/** What every update of a sweep answers. */
export interface ControlAnswer {
  /** What was done, for a person. */
  readonly message: string;
  readonly state: SweepWorkflowState;
  /** Trials in flight at once, at most. */
  readonly concurrency: number;
  readonly trials: number;
  readonly done: number;
  /** As the shards reported last. */
  readonly running: number;
}

/** { now: true } calls trials in training back; without it they end first. */
export const pauseUpdate = defineUpdate<ControlAnswer, [unknown]>('pause');
export const resumeUpdate = defineUpdate<ControlAnswer, []>('resume');
/** { count } for the seeds after the largest one, or { seeds } by name. */
export const addSeedsUpdate = defineUpdate<ControlAnswer, [unknown]>('addSeeds');
/** { depths } */
export const addDepthsUpdate = defineUpdate<ControlAnswer, [unknown]>('addDepths');
/** { widths } */
export const addWidthsUpdate = defineUpdate<ControlAnswer, [unknown]>('addWidths');
export const retryFailedUpdate = defineUpdate<ControlAnswer, []>('retryFailed');
/** { concurrency } */
export const setConcurrencyUpdate = defineUpdate<ControlAnswer, [unknown]>('setConcurrency');
/** Always refused, and says why and what to do instead. */
export const setTargetUpdate = defineUpdate<ControlAnswer, [unknown]>('setTarget');

export interface ShardOrders {
  /** Trials in flight at once. */
  readonly concurrency: number;
  readonly hold: Hold;
}

/** From a sweep to a shard: from now on, also when the shard continues as new. */
export const shardOrdersSignal = defineSignal<[ShardOrders]>('orders');
