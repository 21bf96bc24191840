import { isCancellation, log, patched } from '@temporalio/workflow';
import { judgingActivities } from './activity-options.ts';
import type { VerdictAnswer } from './messages.ts';

/**
 * The verdicts of a sweep that has just been closed. None where they could not be computed: the sweep ends as it ended, and
 * `initsweep claims` makes up for it.
 */
export async function judge(sweepId: string): Promise<readonly VerdictAnswer[]> {
  // Histories from before sweeps were judged replay without it.
  if (!patched('judgement')) return [];
  try {
    return await judgingActivities.judgeSweep(sweepId);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('the sweep could not be judged', { sweepId, error: String(error) });
    return [];
  }
}
