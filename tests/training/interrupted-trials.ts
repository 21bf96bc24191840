import type { TrialConfig } from '../../core/trial/trial-config.ts';
import type { Trainer, TrialCheckpoint, TrialJob, TrialOutcome, TrialProgress } from '../../training/trainer.ts';
import type { TestRungs } from './trial-configs.ts';

/** Where and how a call is cut off, and where its trials go on. */
export interface Interruption {
  /** Records and checkpoints that the call sees before it is aborted. */
  readonly afterEvents: number;
  /** Which of a trial's checkpoints it goes on from: 0 the first, towards 1 the last; a trial without one begins anew. */
  readonly checkpoint: number;
  /** Which of the trainers goes on. */
  readonly trainer: number;
}

export interface InterruptedStory {
  readonly outcome: TrialOutcome;
  /** By epoch, all times that it was handed out. */
  readonly records: ReadonlyMap<number, readonly TrialProgress[]>;
  readonly checkpoints: readonly TrialCheckpoint[];
}

export interface InterruptedCall {
  readonly prefix?: string;
  readonly intervalMs?: number;
  readonly race?: TestRungs;
}

const reason = new Error('interrupted by the test');

/** Trains in one call that is aborted by each of the interruptions and taken up again by another, from checkpoints. */
export async function interruptedStories(
  trainers: readonly Trainer[],
  configs: readonly TrialConfig[],
  interruptions: readonly Interruption[],
  { prefix = 'trial', intervalMs = 0, race }: InterruptedCall = {},
): Promise<InterruptedStory[]> {
  const told = new Map(
    configs.map((_, index) => [
      `${prefix}-${index}`,
      { records: new Map<number, TrialProgress[]>(), checkpoints: [] as TrialCheckpoint[] },
    ]),
  );
  const rungs = race && { rungs: race.rungs };
  let jobs: TrialJob[] = configs.map((config, index) => ({ id: `${prefix}-${index}`, config, ...rungs }));
  let trainer = trainers[0]!;
  for (const interruption of [...interruptions, null]) {
    const controller = new AbortController();
    let events = 0;
    const count = (): void => {
      if (++events === interruption?.afterEvents) controller.abort(reason);
    };
    const onProgress = (progress: TrialProgress): void => {
      const { records } = told.get(progress.id)!;
      const { epoch } = progress.epoch;
      records.set(epoch, [...(records.get(epoch) ?? []), { ...progress, id: '' }]);
      count();
    };
    const onCheckpoint = (checkpoint: TrialCheckpoint): void => {
      told.get(checkpoint.id)!.checkpoints.push(checkpoint);
      count();
    };
    try {
      const checkpointing = { intervalMs, onCheckpoint };
      const outcomes = await trainer.train(jobs, onProgress, controller.signal, checkpointing, race?.ask);
      return outcomes.map((outcome) => ({ outcome, ...told.get(outcome.id)! }));
    } catch (error) {
      if (error !== reason) throw error;
    }
    trainer = trainers[interruption!.trainer % trainers.length]!;
    jobs = jobs.map(({ id, config }) => {
      const { checkpoints } = told.get(id)!;
      const taken = checkpoints[Math.floor(interruption!.checkpoint * checkpoints.length)];
      return { id, config, ...rungs, ...(taken && { checkpoint: taken.bytes }) };
    });
  }
  throw new Error('unreachable: the last call is never aborted');
}
