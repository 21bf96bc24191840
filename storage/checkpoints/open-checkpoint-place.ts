import type { CheckpointLocation } from './checkpoint-location.ts';
import type { CheckpointPlace } from './checkpoint-place.ts';
import { createDirectoryPlace } from './directory-place.ts';

/** Null: there is none outside of the database. */
export function openCheckpointPlace(location: CheckpointLocation): CheckpointPlace | null {
  switch (location.kind) {
    case 'database':
      return null;
    case 'directory':
      return createDirectoryPlace(location.folder);
  }
}
