import type { EpochRecord, LayerRecord, TrialResult } from '../core/trial/trial-record.ts';
import type { DatasetSpec, TrialConfig } from '../core/trial/trial-config.ts';

/** One trial to train; `id` is unique among those the trainer holds. */
export interface TrialJob {
  readonly id: string;
  readonly config: TrialConfig;
  /** Bytes of a checkpoint of this trial to go on from; absent: from the first step. */
  readonly checkpoint?: Uint8Array;
  /** To be trained in a process that holds no other trial: by a trainer that has processes. */
  readonly alone?: boolean;
  /** Epochs after which it is asked whether the trial goes on, unless it has ended there; absent: none. */
  readonly rungs?: readonly number[];
}

/** A trial that stands at one of its rungs. It waits in its place for the answer while others are trained. */
export interface RungQuestion {
  readonly id: string;
  readonly epoch: number;
  readonly hasReachedTarget: boolean;
  /** The lowest so far, this epoch's included. */
  readonly validationLoss: number;
}

/** What comes of a trial at a rung. Given up, it ends there as `pruned`, with `reason` in its result. */
export type RungAnswer = { readonly goesOn: true } | { readonly goesOn: false; readonly reason: string };

/** Answers the trials of a call at their rungs; what it rejects with is the outcome of that trial. */
export type AskAtRung = (question: RungQuestion) => Promise<RungAnswer>;

/** A trial between two of its steps, as bytes that prove themselves whole: see training/checkpoint.ts. */
export interface TrialCheckpoint {
  readonly id: string;
  /** Records up to this epoch were handed out before; those of later epochs come from the trial that goes on. */
  readonly epoch: number;
  /** Optimizer steps done. */
  readonly step: number;
  readonly bytes: Uint8Array;
}

/** How a call wants checkpoints of its trials. */
export interface Checkpointing {
  /** A checkpoint is due when the trial's last one (or its start) is so long ago; the next boundary hands it out. 0: each boundary. */
  readonly intervalMs: number;
  readonly onCheckpoint: (checkpoint: TrialCheckpoint) => void;
  /**
   * When it is aborted, each trial hands out a checkpoint at its next boundary and leaves with a MachineError as its outcome; one that
   * waits for its first step leaves without.
   */
  readonly handOver?: AbortSignal;
}

/** Progress of one trial: an epoch is over (epoch 0: before the first step). */
export interface TrialProgress {
  readonly id: string;
  readonly epoch: EpochRecord;
  /** Empty unless this epoch is probed. */
  readonly layers: readonly LayerRecord[];
}

/**
 * How one trial ended: with a result, or with an error (UserError, MachineError, BugError) that is its alone, or the death of its process. `layers` are those of the last
 * epoch that were not handed out with it, for only now is it known to be the last: of a pruned trial.
 */
export type TrialOutcome =
  | { readonly id: string; readonly result: TrialResult; readonly layers?: readonly LayerRecord[] }
  | { readonly id: string; readonly error: Error };

export interface TrainerInfo {
  readonly backend: string;
  /** See Backend.arithmetic; part of a trial's key. */
  readonly arithmetic: string;
  readonly description: string;
  /** Trials that can be trained at once with gain, as far as is known: what is measured on the way changes it. */
  readonly places: number;
}

/** What must be known of a data set before a trial on it is claimed. */
export interface DatasetFacts {
  /** See Dataset.hash; part of a trial's key. */
  readonly hash: string;
  readonly task: 'classification' | 'regression';
  readonly inputs: number;
  readonly outputs: number;
  readonly trainExamples: number;
}

/**
 * Trains lists of trials: K in, K outcomes out, in the order given. Calls may overlap; trials of all calls that share a
 * shape are trained as one stack. One trial's failure is that trial's outcome only. Aborting `signal` rejects
 * the call with the signal's reason once its trials have left their stacks.
 *
 * A trial that goes on from any checkpoint of its own, on a backend of the same arithmetic, ends with the same records and the
 * same weights, bit for bit. One that cannot be gone on from is refused by a CheckpointError as its trial's outcome. One that was taken at a
 * rung asks again there. Rungs change no number of a trial that goes on.
 */
export interface Trainer {
  readonly info: TrainerInfo;
  /** Loads the set (once) and says what it is. Throws UserError when it is missing or malformed. */
  inspect(dataset: DatasetSpec): Promise<DatasetFacts>;
  train(
    jobs: readonly TrialJob[],
    onProgress: (progress: TrialProgress) => void,
    signal: AbortSignal,
    checkpointing?: Checkpointing,
    /** Needed where a job has rungs. */
    askAtRung?: AskAtRung,
  ): Promise<readonly TrialOutcome[]>;
  close(): Promise<void>;
}
