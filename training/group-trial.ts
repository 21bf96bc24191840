import { MachineError } from '../core/errors.ts';
import type { AskAtRung, RungAnswer, TrialJob, TrialOutcome, TrialProgress } from './trainer.ts';
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
  /** Asks whether it goes on from a rung. */
  readonly ask: AskAtRung;
}

/** A question that a trial waits for the answer to. */
export interface OpenQuestion {
  answer: RungAnswer | { readonly error: Error } | null;
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
  /** It stands at a rung and is not trained; null: it goes on. The question itself is the same wherever the trial is moved to. */
  question: OpenQuestion | null;
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
  const { job, onProgress, checkpoints, leaves, settle, ask } = trial;
  return { job, start, onProgress, checkpoints, leaves, settle, ask };
}

/** Asks whether a trial goes on, where it stands at a rung between two epochs. */
export function askAtRung(trial: PlacedTrial): void {
  const { job, run, position, ask } = trial;
  if (position > 0 || run.ended || !job.rungs?.includes(run.epoch)) return;
  const question: OpenQuestion = { answer: null };
  trial.question = question;
  const { epochsToTarget, bestValidationLoss } = run.snapshot();
  const standing = { hasReachedTarget: epochsToTarget !== null, validationLoss: bestValidationLoss! };
  ask({ id: job.id, epoch: run.epoch, ...standing }).then(
    (answer) => (question.answer = answer),
    (error: unknown) => (question.answer = { error: asTrialError(error) }),
  );
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
