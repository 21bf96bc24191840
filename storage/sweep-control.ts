import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import { endClaim } from './claim-history.ts';
import { lockAlone } from './database.ts';
import type { Prisma, PrismaClient } from './generated/client.ts';
import type { Fenced } from './sweep-store.ts';
import { readSweep } from './sweeps.ts';

/** Replaces the sweep's plan by one that has more. Throws UserError when there is no such sweep. */
export async function extendSweep(
  client: PrismaClient,
  id: string,
  spec: SweepSpec,
  trialCount: number,
): Promise<void> {
  await client.$transaction(async (database) => {
    await lockAlone(database, id);
    await readSweep(database, id);
    await database.sweep.update({
      where: { id },
      data: { spec: spec as unknown as Prisma.InputJsonObject, trialCount },
    });
  });
}

/** Notes since when the sweep is paused, or that it is not. Throws UserError when there is no such sweep. */
export async function setPaused(client: PrismaClient, id: string, isPaused: boolean): Promise<void> {
  await readSweep(client, id);
  await client.$executeRaw`
    UPDATE sweep SET paused_at = CASE WHEN ${isPaused} THEN coalesce(paused_at, clock_timestamp()) END WHERE id = ${id}`;
}

/** Whether the sweep is paused. */
export async function isPaused(client: PrismaClient, id: string): Promise<boolean> {
  const sweep = await client.sweep.findUnique({ where: { id }, select: { pausedAt: true } });
  return sweep !== null && sweep.pausedAt !== null;
}

export async function failedNumbers(
  client: PrismaClient,
  sweepId: string,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows = await client.$queryRaw<{ number: number }[]>`
    SELECT l.number FROM sweep_trial l JOIN trial t ON t.id = l.trial_id
    WHERE l.sweep_id = ${sweepId} AND t.state = 'failed' AND l.number > ${after}::int
    ORDER BY l.number LIMIT ${limit}::int`;
  return rows.map(({ number }) => number);
}

/** Hands a trial back: its lease ends. A trial that is not the caller's stays as it is. */
export async function releaseTrial(client: PrismaClient, trial: Fenced): Promise<void> {
  const { trialId, fence } = trial;
  await endClaim(client, trial, { kind: 'released' });
  await client.$executeRaw`
    UPDATE trial SET lease_until = clock_timestamp()
    WHERE id = ${trialId}::bigint AND fence = ${fence}::bigint AND state = 'running'`;
}
