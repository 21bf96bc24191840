import type { Fenced } from '../sweep-store.ts';

/** A trial between two of its steps: see training/checkpoint.ts for the bytes, which prove themselves whole. */
export interface NewCheckpoint {
  /** The trial's key when it was taken. */
  readonly key: string;
  readonly epoch: number;
  readonly step: number;
  readonly bytes: Uint8Array;
}

export interface StoredCheckpoint extends NewCheckpoint {
  readonly trialId: string;
  /** Of the claim under which it was taken. */
  readonly fence: bigint;
}

/**
 * Where running trials can be gone on from. Every implementation guarantees:
 * - a checkpoint is there whole or not at all, whenever the writer or the machine dies;
 * - one with an outdated fence is not stored, and saving it throws StaleFenceError;
 * - of a trial the last two are kept, none once it has ended, none from before its key changed;
 * - each method can be repeated.
 * What was stored may be damaged later: only who decodes the bytes can tell, and then says `drop`. All methods throw MachineError when the
 * place cannot be reached or is full.
 */
export interface CheckpointStore {
  /** Saves it as the trial's newest. The caller has written the trial's records up to `epoch` before. */
  save(trial: Fenced, checkpoint: NewCheckpoint): Promise<void>;
  /** The newest one that was taken under this key; null when there is none. */
  latest(trialId: string, key: string): Promise<StoredCheckpoint | null>;
  /** Takes away one that cannot be gone on from: `latest` then answers the one before. */
  drop(checkpoint: Pick<StoredCheckpoint, 'trialId' | 'fence' | 'step'>): Promise<void>;
  /** Takes away those of a trial that has ended. One that has not ended keeps its own. */
  discard(trialId: string): Promise<void>;
  /** Takes away all that no running trial needs, whoever left it. Answers how many those were. */
  collect(): Promise<number>;
}
