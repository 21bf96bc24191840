import { BugError, StaleFenceError } from '../core/errors.ts';
import { decideRung, type RungDecision, type RungEntry } from '../core/adaptive/pruning.ts';
import { requireFinite } from './finite.ts';
import type { PrismaClient } from './generated/client.ts';
import type { Fenced, RaceNumber, RungStanding } from './sweep-store.ts';

/**
 * Keeps what a trial has come to at a rung and decides whether it goes on, in one transaction, one trial of a race at a time. What was decided
 * for this number of the sweep before holds, whoever asks and whatever is there by now.
 */
export async function standAtRung(
  client: PrismaClient,
  trial: Fenced,
  { sweepId, number, race, epoch, reduction, entry }: RungStanding,
): Promise<RungDecision> {
  requireFinite({ validationLoss: entry.validationLoss });
  return client.$transaction(async (database) => {
    await database.$executeRaw`
      SELECT pg_advisory_xact_lock(hashtextextended(${`race ${sweepId} ${epoch} ${race}`}, 0))`;
    const [held] = await database.$queryRaw<{ state: string }[]>`
      SELECT state::text FROM trial WHERE id = ${trial.trialId}::bigint AND fence = ${trial.fence}::bigint FOR SHARE`;
    if (held?.state !== 'running') {
      throw new StaleFenceError(`Trial ${trial.trialId} at epoch ${epoch} is not the caller's any more.`);
    }
    const known = await database.rung.findUnique({ where: { sweepId_number_epoch: { sweepId, number, epoch } } });
    if (known !== null) {
      const { isKept, compared, places, threshold } = known;
      if (compared === null || places === null) {
        throw new BugError('a trial that had ended stands at a rung', { sweepId, number, epoch });
      }
      return { isKept, compared, places, threshold };
    }
    const others = await database.$queryRaw<RungEntry[]>`
      SELECT validation_loss AS "validationLoss", has_reached_target AS "hasReachedTarget" FROM rung
      WHERE sweep_id = ${sweepId} AND race = ${race} AND epoch = ${epoch}::int`;
    const decision = decideRung(entry, others, reduction);
    await database.rung.create({ data: { sweepId, number, epoch, race, ...entry, ...decision } });
    return decision;
  });
}

/**
 * Counts a trial that has ended, but was not given up, at those of the rungs where it was not asked: it met its target or diverged before, or its
 * result was taken over from another sweep. Others are then ranked beside all that the sweep knows. A repeat adds nothing.
 */
export async function passRungs(
  client: PrismaClient,
  { sweepId, number, race }: RaceNumber,
  epochs: readonly number[],
): Promise<void> {
  await client.$executeRaw`
    INSERT INTO rung (sweep_id, number, epoch, race, validation_loss, has_reached_target, is_kept)
    SELECT l.sweep_id, l.number, r.epoch, ${race},
      CASE WHEN t.state = 'diverged' AND t.epochs_run <= r.epoch THEN NULL
        ELSE (SELECT min(e.validation_loss) FROM epoch e WHERE e.trial_id = t.id AND e.epoch <= r.epoch) END,
      t.state <> 'diverged' AND coalesce(t.epochs_to_target <= r.epoch, false), true
    FROM sweep_trial l
    JOIN trial t ON t.id = l.trial_id AND t.state IN ('converged', 'notConverged', 'diverged')
    CROSS JOIN unnest(${[...epochs]}::int[]) AS r (epoch)
    WHERE l.sweep_id = ${sweepId} AND l.number = ${number}::int
    ON CONFLICT (sweep_id, number, epoch) DO NOTHING`;
}
