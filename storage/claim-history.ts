import type { Death } from '../core/trial/blame.ts';
import type { Database } from './database.ts';
import type { ClaimEnd, ClaimHistory, Fenced } from './sweep-store.ts';

/** Of a trial that was never claimed before. */
export const newHistory: ClaimHistory = { deaths: [], errors: 0 };

/**
 * A claim that nobody ended was its worker's death, or a stop that the database did not hear of; unless the same attempt asks once more, whose
 * first answer was lost on the way.
 */
export async function endForgotten(
  database: Database,
  trialId: bigint,
  next: { readonly worker: string; readonly attempt: number; readonly workflowRunId: string },
): Promise<void> {
  await database.$executeRaw`
    UPDATE trial_attempt a
    SET ended = CASE WHEN (a.worker, a.attempt, a.workflow_run_id) = (${next.worker}, ${next.attempt}::int, ${next.workflowRunId})
      THEN 'released' ELSE 'vanished' END
    FROM trial t
    WHERE t.id = ${trialId} AND a.trial_id = t.id AND a.fence = t.fence AND a.ended IS NULL`;
}

/** See SweepStore.endClaim. */
export async function endClaim(database: Database, { trialId, fence }: Fenced, end: ClaimEnd): Promise<ClaimHistory> {
  const process = end.kind === 'crashed' ? end.process : null;
  await database.$executeRaw`
    UPDATE trial_attempt SET ended = ${end.kind}, process = ${process}
    WHERE trial_id = ${trialId}::bigint AND fence = ${fence}::bigint AND ended IS NULL`;
  return claimHistory(database, { trialId, fence: fence + 1n });
}

/** See SweepStore.markAlone. */
export async function markAlone(database: Database, { trialId, fence }: Fenced): Promise<void> {
  await database.$executeRaw`
    UPDATE trial_attempt SET alone = true WHERE trial_id = ${trialId}::bigint AND fence = ${fence}::bigint`;
}

/** See ClaimHistory. */
export async function claimHistory(database: Database, { trialId, fence }: Fenced): Promise<ClaimHistory> {
  const rows = await database.$queryRaw<{ worker: string; alone: boolean; ended: string }[]>`
    SELECT a.worker, a.alone, a.ended
    FROM trial_attempt a JOIN trial t ON t.id = a.trial_id
    WHERE t.id = ${trialId}::bigint AND a.fence >= t.tried_since AND a.fence < ${fence}::bigint
      AND a.ended IN ('failed', 'crashed', 'vanished')
      AND (a.alone OR a.process IS NULL OR NOT EXISTS (
        SELECT FROM trial_attempt beside JOIN trial_attempt later ON later.trial_id = beside.trial_id
        WHERE beside.process = a.process AND beside.trial_id <> a.trial_id AND later.alone AND later.ended = 'crashed'))
    ORDER BY a.fence`;
  const deaths = rows
    .filter(({ ended }) => ended !== 'failed')
    .map(({ worker, alone, ended }): Death => ({ worker, alone, seen: ended === 'crashed' }));
  return { deaths, errors: rows.length - deaths.length };
}
