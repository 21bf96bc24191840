import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { CellSummary, VerdictSummary } from '../activities/control-activities.ts';
import type { AxisName } from '../core/sweep/sweep-spec.ts';
import type { FinalTrialState } from '../core/trial/trial-record.ts';
import type { Tally } from './tally.ts';

/** Everything that travels between sweeps, their shards and those who look at them. */

/** `checking` lasts until the sweep file is accepted; a `paused` sweep may have trials in training that end first. */
export type SweepWorkflowState = 'checking' | 'running' | 'paused' | 'completed' | 'failed' | 'cancelled';

/** What a sweep that has ended says of a claim, in short; all of it is in the database. */
export type VerdictAnswer = VerdictSummary;

export interface ProgressAnswer extends Readonly<Record<FinalTrialState, number>> {
  readonly sweepId: string;
  readonly name: string;
  readonly state: SweepWorkflowState;
  readonly startedAt: string;
  readonly total: number;
  /** Trials that ended, however they did. */
  readonly done: number;
  /** Trials that were handed to the workers: in training, or next in their queue. */
  readonly running: number;
  /** Trials whose result the database held already. */
  readonly reused: number;
  /** done / total. */
  readonly share: number;
  readonly best: CellSummary | null;
  readonly commonestFailures: readonly string[];
  /** Empty until the sweep has ended. */
  readonly verdicts: readonly VerdictAnswer[];
}

/** What the sweep knows of its trials: moves in steps of about half a percent of a large sweep. */
export const progressQuery = defineQuery<ProgressAnswer>('progress');

export interface PlanAnswer {
  readonly name: string;
  readonly description: string;
  /** Labels of each axis's values. */
  readonly axes: Readonly<Record<AxisName, readonly (string | number)[]>>;
  /** Combinations of all axes, excluded ones too. */
  readonly gridSize: number;
  readonly trialCount: number;
  /** Epochs that all trials train together when none ends early. */
  readonly epochsAtMost: number;
  readonly firstTrials: readonly string[];
}

/** What the sweep will do; null until its file is accepted. */
export const planQuery = defineQuery<PlanAnswer | null>('plan');

export interface ShardReport {
  readonly sweepId: string;
  readonly shard: number;
  /** Of all trials of the shard that ended so far. */
  readonly tally: Tally;
  readonly running: number;
}

/** From a shard to its sweep; a later report replaces an earlier one. */
export const shardReportSignal = defineSignal<[ShardReport]>('shardReport');

/** How a sweep with adaptive seeds ended. */
export interface AdaptiveResult {
  /** How often it looked at its results. */
  readonly looks: number;
  /** Comparisons of initializers: combinations of all other axes but the seed. */
  readonly regimes: number;
  /** Those that stayed open within the budget. */
  readonly open: number;
}

/** What a sweep with pruning spared. */
export interface PruningResult {
  /** Trials that were given up. */
  readonly trials: number;
  /** Epochs that the trials which it trained to a result were given. */
  readonly epochsPlanned: number;
  /** Those of them that were not trained because trials were given up. */
  readonly epochsSpared: number;
}

export interface SweepResult {
  readonly sweepId: string;
  readonly name: string;
  readonly trials: number;
  /** Trials by final state. */
  readonly states: Readonly<Record<FinalTrialState, number>>;
  /** Trials whose result the database held already. */
  readonly reused: number;
  readonly best: CellSummary | null;
  readonly verdicts: readonly VerdictAnswer[];
  readonly adaptive: AdaptiveResult | null;
  /** Null without pruning. */
  readonly pruning: PruningResult | null;
  readonly durationMs: number;
  readonly howToSee: string;
}
