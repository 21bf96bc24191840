import { UserError } from '../core/errors.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import { lockAlone, type Database } from './database.ts';
import type { Prisma, PrismaClient, Sweep } from './generated/client.ts';
import type { NewSweep, StoredSweep, SweepState } from './sweep-store.ts';

/** Makes the sweep's row; one that is there stays as it is. */
export async function openSweep(client: PrismaClient, { id, workflowId, spec, trialCount }: NewSweep): Promise<void> {
  await client.sweep.createMany({
    data: [{ id, workflowId, name: spec.name, spec: spec as unknown as Prisma.InputJsonObject, trialCount }],
    skipDuplicates: true,
  });
}

/** Throws UserError when there is none. */
export async function readSweep(database: Database, id: string): Promise<StoredSweep> {
  const row = await database.sweep.findUnique({ where: { id } });
  if (row === null) throw noSuchSweep(id);
  return storedSweep(row);
}

export async function listSweeps(client: PrismaClient, limit: number): Promise<StoredSweep[]> {
  const rows = await client.sweep.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: limit });
  return rows.map(storedSweep);
}

/**
 * Ends the sweep. Its trials that are still running end as cancelled: their leases and fences are taken away, so that whoever trains them
 * stops, and their keys are free for other sweeps. What they recorded is kept.
 */
export async function closeSweep(
  client: PrismaClient,
  id: string,
  state: Exclude<SweepState, 'running'>,
  reason: string,
): Promise<void> {
  await client.$transaction(async (database) => {
    await lockAlone(database, id);
    const found = await readSweep(database, id);
    if (found.state !== state || found.reason !== reason) {
      await database.$executeRaw`
        UPDATE sweep SET state = ${state}::sweep_state, reason = ${reason}, closed_at = clock_timestamp(), paused_at = NULL WHERE id = ${id}`;
    }
    await database.$executeRaw`
      UPDATE trial t
      SET state = 'cancelled', reason = ${`The sweep ended (${state}) while this trial ran: ${reason}`},
          scope = NULL, lease_until = NULL, fence = t.fence + 1, finished_at = clock_timestamp()
      FROM sweep_trial l
      WHERE l.sweep_id = ${id} AND NOT l.reused AND t.id = l.trial_id AND t.state = 'running'`;
  });
}

/** Takes the sweep's lock alone, so a closing that is under way comes before or after it. */
export async function reopenSweep(client: PrismaClient, id: string): Promise<void> {
  await client.$transaction(async (database) => {
    await lockAlone(database, id);
    const { state } = await readSweep(database, id);
    if (state === 'running') return;
    await database.sweep.update({ where: { id }, data: { state: 'running', reason: null, closedAt: null } });
  });
}

export function noSuchSweep(id: string): UserError {
  return new UserError(`There is no sweep ${id} in the database. Look for its run id in the list of sweeps.`);
}

function storedSweep(row: Sweep): StoredSweep {
  const { id, workflowId, trialCount, state, reason, createdAt, closedAt } = row;
  return { id, workflowId, spec: row.spec as unknown as SweepSpec, trialCount, state, reason, createdAt, closedAt };
}
