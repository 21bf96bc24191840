import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { sweepShareDone, sweepState } from './search-attributes.ts';
import { sweepDetails } from './sweep-details.ts';
import type { SweepProgress } from './sweep-progress.ts';

/** Shows how far the sweep is in the Temporal UI, and to searches where they are to know. */
export function publish(progress: SweepProgress, alsoSearchable: boolean): void {
  const answer = progress.answer();
  setCurrentDetails(sweepDetails(answer));
  if (!alsoSearchable) return;
  upsertSearchAttributes([
    { key: sweepState, value: answer.state },
    { key: sweepShareDone, value: answer.share },
  ]);
}
