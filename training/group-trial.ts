import { MachineError } from '../core/errors.ts';
import type { TrialJob, TrialOutcome, TrialProgress } from './trainer.ts';
import { asTrialError } from './trial-error.ts';
import type { TrialRun } from './trial-run.ts';
import type { TrialSnapshot } from './trial-snapshot.ts';
import type { MetricSums, Stack } from './backend.ts';

/** See Checkpointing. */
export interface TrialCheckpoints {
  readonly intervalMs: number;
  readonly take: (snapshot: TrialSnapshot) => void;
  /** Whether the trial is to leave with a last checkpoint. */
  readonly handsOver: () => boolean;
}

/** A trial on its way through a group. */
export interface QueuedTrial {
  readonly job: TrialJob;
  /** Where it goes on; null: before its first step. */
  readonly start: TrialSnapshot | null;
  readonly onProgress: (progress: TrialProgress) => void;
  /** Null where nobody wants checkpoints. */
  readonly checkpoints: TrialCheckpoints | null;
  /** Whether its caller wants it no more; it then leaves at the next boundary of a piece of work. */
  readonly leaves: () => boolean;
  readonly settle: (outcome: TrialOutcome) => void;
}

/** A trial in a slot. */
export interface PlacedTrial extends QueuedTrial {
  readonly slot: number;
  readonly run: TrialRun;
  /** Steps done in the epoch that is under way. */
  position: number;
  /** Training sums of that epoch, as far as they were read from the stack. */
  sums: MetricSums;
  durationMs: number;
  /** When its last checkpoint was taken, or when it was placed; ms of performance.now. */
  checkpointAtMs: number;
  /** Where it can be begun again without handing out a record twice; null: nowhere. */
  rewind: { readonly to: TrialSnapshot | null } | null;
}

export function slotsOf(trials: readonly PlacedTrial[]): number[] {
  return trials.map(({ slot }) => slot);
}

/** A trial of which the stack holds no sums that were not read: between two segments of an epoch, or between two epochs. */
export async function snapshotOf(stack: Stack, trial: PlacedTrial): Promise<TrialSnapshot> {
  const { run, position, sums, durationMs, slot } = trial;
  return { run: run.snapshot(), position, sums, durationMs, state: await stack.read(slot) };
}

/** Back to the queue, to go on at `start`. */
export function queuedAgain(trial: PlacedTrial, start: TrialSnapshot | null): QueuedTrial {
  const { job, onProgress, checkpoints, leaves, settle } = trial;
  return { job, start, onProgress, checkpoints, leaves, settle };
}

/** The end, here, of a trial that is wanted no more or goes on elsewhere. */
export function settleLeaver({ job, settle }: QueuedTrial): void {
  settle({ id: job.id, error: new MachineError('The trial was taken out of its stack before its end.') });
}

export function settleAll(trials: readonly QueuedTrial[], error: unknown): void {
  for (const trial of trials) trial.settle({ id: trial.job.id, error: asTrialError(error) });
}

/** Divides shared time among the trials it was spent on. */
export function share(trials: readonly PlacedTrial[], durationMs: number): void {
  for (const trial of trials) trial.durationMs += durationMs / trials.length;
}
