import type { CheckpointLocation } from './checkpoint-location.ts';
import type { CheckpointPlace } from './checkpoint-place.ts';
import { createDirectoryPlace } from './directory-place.ts';

/** Null: there is none outside of the database. Throws UserError where a bucket refuses us. */
export async function openCheckpointPlace(location: CheckpointLocation): Promise<CheckpointPlace | null> {
  switch (location.kind) {
    case 'database':
      return null;
    case 'directory':
      return createDirectoryPlace(location.folder);
    case 'bucket': {
      // Amazon's client is loaded by those who use it only.
      const { openBucketPlace } = await import('./bucket-place.ts');
      return openBucketPlace(location);
    }
  }
}
