import { parseCheckpointLocation } from '../../storage/checkpoints/checkpoint-location.ts';
import { openCheckpointPlace } from '../../storage/checkpoints/open-checkpoint-place.ts';
import type { Finding } from './finding.ts';

/** Of no trial: their ids begin at 1. */
const probe = '0/0-0';

/** Whether a checkpoint can be written, read and removed where SWEEP_CHECKPOINTS says; nothing where it says nothing. */
export async function checkpointFindings(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const subject = 'checkpoints';
  const setting = environment['SWEEP_CHECKPOINTS'];
  if (!setting) return [];
  const location = parseCheckpointLocation(setting);
  if (location === null) {
    const mend = 'give database, file:///folder or s3://bucket/prefix, without keys: docs/training.md';
    return [{ subject, state: 'bad', detail: 'SWEEP_CHECKPOINTS names no place', mend }];
  }
  try {
    const place = await openCheckpointPlace(location);
    if (place === null) return [{ subject, state: 'good', detail: 'in the database' }];
    try {
      await place.put(probe, Buffer.from(probe));
      await place.get(probe);
      await place.remove([probe]);
    } finally {
      place.close();
    }
    return [{ subject, state: 'good', detail: `one was written, read and removed at ${setting}` }];
  } catch (error) {
    const mend = 'correct SWEEP_CHECKPOINTS, or see that workers can reach and write it';
    return [{ subject, state: 'bad', detail: (error as Error).message, mend }];
  }
}
