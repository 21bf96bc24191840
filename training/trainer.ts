import type { EpochRecord, LayerRecord, TrialResult } from '../core/trial/trial-record.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';

/** One trial to train; `id` is unique among those the trainer holds. */
export interface TrialJob {
  readonly id: string;
  readonly config: TrialConfig;
}

/** Progress of one trial: an epoch is over (epoch 0: before the first step). */
export interface TrialProgress {
  readonly id: string;
  readonly epoch: EpochRecord;
  /** Empty unless this epoch is probed. */
  readonly layers: readonly LayerRecord[];
}

/** How one trial ended: with a result, or with an error (UserError, MachineError, BugError) that is its alone. */
export type TrialOutcome =
  | { readonly id: string; readonly result: TrialResult }
  | { readonly id: string; readonly error: Error };

export interface TrainerInfo {
  readonly backend: string;
  /** See Backend.arithmetic; part of a trial's key. */
  readonly arithmetic: string;
  readonly description: string;
  /** Trials that can be trained at once with gain. */
  readonly places: number;
}

/**
 * Trains lists of trials: K in, K outcomes out, in the order given. Calls may overlap; trials of all calls that share a
 * shape are trained as one stack. One trial's failure is that trial's outcome only. Aborting `signal` rejects
 * the call with the signal's reason once its trials have left their stacks.
 */
export interface Trainer {
  readonly info: TrainerInfo;
  train(
    jobs: readonly TrialJob[],
    onProgress: (progress: TrialProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly TrialOutcome[]>;
  close(): Promise<void>;
}
