import type { DatasetSpec } from '../../core/trial/trial-config.ts';
import type { LayerRecord, TrialResult } from '../../core/trial/trial-record.ts';
import type { BackendChoice } from '../backends/choose-backend.ts';
import type {
  DatasetFacts,
  RungAnswer,
  RungQuestion,
  TrainerInfo,
  TrialCheckpoint,
  TrialJob,
  TrialProgress,
} from '../trainer.ts';
import type { WireError } from './wire-error.ts';

/** What a trainer process needs to start. */
export interface TrainerSettings {
  readonly backend: BackendChoice;
  /** Where the paths of a user's own data sets start; null where there are none. */
  readonly datasetFolder: string | null;
  /** The one GPU that the process sees, as CUDA_VISIBLE_DEVICES names it; absent: those that this process sees. */
  readonly gpu?: string;
}

/**
 * Messages to the trainer process. The first is `start`, the last `close`; `call` numbers the calls and pairs answers
 * with them.
 */
export type Request =
  | { readonly kind: 'start'; readonly settings: TrainerSettings }
  | {
      readonly kind: 'train';
      readonly call: number;
      readonly jobs: readonly TrialJob[];
      /** See Checkpointing; null where no checkpoints are wanted. */
      readonly checkpointIntervalMs: number | null;
    }
  | { readonly kind: 'abort'; readonly call: number }
  /** See Checkpointing.handOver. */
  | { readonly kind: 'handOver'; readonly call: number }
  | {
      readonly kind: 'rungAnswer';
      readonly call: number;
      readonly id: string;
      readonly answer: RungAnswer | { readonly error: WireError };
    }
  | { readonly kind: 'inspect'; readonly call: number; readonly dataset: DatasetSpec }
  | { readonly kind: 'close' };

type WireOutcome =
  | { readonly id: string; readonly result: TrialResult; readonly layers?: readonly LayerRecord[] }
  | { readonly id: string; readonly error: WireError };

/**
 * Messages from it, sent as lists. `start` is answered by ready or notReady, `train` by any number of progress, checkpoint
 * and rung (which is answered by rungAnswer) and then trained or failed (an aborted one by failed, once its trials have left), `inspect` by
 * inspected or failed. `places` comes whenever that part of the info has changed, `alive` every second in which a piece of work was done.
 */
export type Answer =
  | { readonly kind: 'ready'; readonly info: TrainerInfo }
  | { readonly kind: 'notReady'; readonly error: WireError }
  | { readonly kind: 'progress'; readonly call: number; readonly progress: TrialProgress }
  | { readonly kind: 'checkpoint'; readonly call: number; readonly checkpoint: TrialCheckpoint }
  | { readonly kind: 'rung'; readonly call: number; readonly question: RungQuestion }
  | { readonly kind: 'trained'; readonly call: number; readonly outcomes: readonly WireOutcome[] }
  | { readonly kind: 'places'; readonly places: number }
  | { readonly kind: 'alive' }
  | { readonly kind: 'inspected'; readonly call: number; readonly facts: DatasetFacts }
  | { readonly kind: 'failed'; readonly call: number; readonly error: WireError };
