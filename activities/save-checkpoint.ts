import type { CheckpointStore, NewCheckpoint } from '../storage/checkpoints/checkpoint-store.ts';
import type { Fenced } from '../storage/sweep-store.ts';
import { inSpan } from './trial-spans.ts';

/** Saves it as the trial's newest, seen in the trial's trace. */
export function saveCheckpoint(checkpoints: CheckpointStore, trial: Fenced, checkpoint: NewCheckpoint): Promise<void> {
  const { step, bytes } = checkpoint;
  return inSpan('saveCheckpoint', { 'initsweep.step': step, 'initsweep.bytes': bytes.length }, () =>
    checkpoints.save(trial, checkpoint),
  );
}
