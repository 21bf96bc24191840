import { UserError } from '../core/errors.ts';
import { cellOf } from '../core/trial/labels.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { FinalTrialState, TrialState } from '../core/trial/trial-record.ts';
import { lock, type Database } from './database.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import { noSuchSweep } from './sweeps.ts';
import type { ClaimAnswer, TrialClaim } from './sweep-store.ts';

/** Who asks again before the lease has ended may find the trial finished: it need not wait for all of the lease. */
const longestWaitMs = 10_000;
const shortestWaitMs = 200;

/** A trial's row as a claim sees it. */
interface Candidate {
  readonly id: bigint;
  readonly key: string | null;
  readonly state: TrialState;
  readonly leaseLeftMs: number | null;
}

/**
 * Gives a trial to its owner (sweepId, number). In this order:
 * 1. What the owner has trained to an end, or taken over, is held, whatever the key says now.
 * 2. What is held under the key is linked to the sweep; an unfinished row of the owner's own goes.
 * 3. What another owner trains under the key is busy while its lease lives. After that the owner gets the row: the other's link and records go.
 * 4. Else the owner's unfinished row (of an earlier attempt, maybe under another backend's key) is taken up again, or a new one made.
 * Each claim raises the fence, so whoever held the row before can write no more.
 */
export function claimTrial(client: PrismaClient, claim: TrialClaim): Promise<ClaimAnswer> {
  return client.$transaction(async (database) => {
    const scope = claim.reuse ? '' : claim.sweepId;
    const now = await lock(database, {
      sweep: claim.sweepId,
      owner: String(claim.number),
      key: `${scope} ${claim.key}`,
    });
    await requireOpen(database, claim.sweepId);

    const own = await ownTrial(database, claim);
    if (own !== null && isHeld(own.state)) return held(own);
    const holder = await holderOf(database, scope, claim.key);
    if (holder !== null && holder.id !== own?.id) {
      if (isHeld(holder.state)) {
        await link(database, claim, holder.id, true, own);
        return held(holder);
      }
      const leftMs = holder.leaseLeftMs ?? 0;
      if (leftMs > 0) {
        return { kind: 'busy', retryAfterMs: Math.ceil(Math.min(Math.max(leftMs, shortestWaitMs), longestWaitMs)) };
      }
      await database.sweepTrial.deleteMany({ where: { trialId: holder.id } });
    }
    const row = holder ?? own;
    const columns = claimColumns(claim, scope, now);
    if (row === null) return createTrial(database, claim, columns);
    const answer = await takeUp(database, row.id, columns, row.id !== own?.id || row.key !== claim.key);
    await link(database, claim, row.id, false, own);
    return answer;
  });
}

export function isHeld(state: TrialState): boolean {
  return state !== 'running' && state !== 'failed' && state !== 'cancelled';
}

const candidates = Prisma.sql`
  SELECT t.id, t.key, t.state::text,
         (extract(epoch FROM t.lease_until - clock_timestamp()) * 1000)::double precision AS "leaseLeftMs"
  FROM trial t`;

/** The trial that answers for the owner's number, its row locked. */
export async function ownTrial(
  database: Database,
  { sweepId, number }: { readonly sweepId: string; readonly number: number },
): Promise<Candidate | null> {
  const rows = await database.$queryRaw<Candidate[]>`${candidates}
    WHERE t.id = (SELECT trial_id FROM sweep_trial WHERE sweep_id = ${sweepId} AND number = ${number}::int)
    FOR UPDATE`;
  return rows[0] ?? null;
}

/** What tells of a trial which one it is. */
export function trialColumns(config: TrialConfig) {
  return {
    ...cellOf(config),
    config: config as unknown as Prisma.InputJsonObject,
    seed: BigInt(config.seed),
    epochBudget: config.epochs,
    targetMetric: config.target?.metric ?? null,
    targetThreshold: config.target?.threshold ?? null,
  };
}

async function requireOpen(database: Database, sweepId: string): Promise<void> {
  const sweep = await database.sweep.findUnique({ where: { id: sweepId }, select: { state: true } });
  if (sweep === null) throw noSuchSweep(sweepId);
  // A completed or failed sweep may go on after a reset of its workflow; a cancelled one is what a person asked for.
  if (sweep.state === 'cancelled') {
    throw new UserError(`Sweep ${sweepId} was cancelled. Start a new one: it takes over what this one has trained.`);
  }
}

async function holderOf(database: Database, scope: string, key: string): Promise<Candidate | null> {
  const rows = await database.$queryRaw<
    Candidate[]
  >`${candidates} WHERE t.scope = ${scope} AND t.key = ${key} FOR UPDATE`;
  return rows[0] ?? null;
}

function held({ id, state }: Candidate): ClaimAnswer {
  return { kind: 'held', trialId: String(id), state: state as FinalTrialState };
}

/** The number is answered for by `trialId` from now on; an unfinished row that did so before has nobody left. */
async function link(
  database: Database,
  { sweepId, number }: TrialClaim,
  trialId: bigint,
  reused: boolean,
  before: Candidate | null,
): Promise<void> {
  if (before?.id === trialId) return;
  await database.sweepTrial.upsert({
    where: { sweepId_number: { sweepId, number } },
    create: { sweepId, number, trialId, reused },
    update: { trialId, reused },
  });
  if (before !== null) await database.trial.delete({ where: { id: before.id } });
}

async function createTrial(database: Database, claim: TrialClaim, columns: ClaimColumns): Promise<ClaimAnswer> {
  const { id, fence } = await database.trial.create({
    data: {
      ...columns,
      sweeps: { create: { sweepId: claim.sweepId, number: claim.number, reused: false } },
    },
    select: { id: true, fence: true },
  });
  return { kind: 'claimed', trialId: String(id), fence };
}

async function takeUp(
  database: Database,
  id: bigint,
  columns: ClaimColumns,
  startsAnew: boolean,
): Promise<ClaimAnswer> {
  if (startsAnew) {
    // Another owner's, or another backend's, records would mix with the ones to come.
    await database.epoch.deleteMany({ where: { trialId: id } });
    await database.layer.deleteMany({ where: { trialId: id } });
  }
  const { fence } = await database.trial.update({
    where: { id },
    data: {
      ...columns,
      fence: { increment: 1 },
      reason: null,
      finishedAt: null,
    },
    select: { fence: true },
  });
  return { kind: 'claimed', trialId: String(id), fence };
}

type ClaimColumns = ReturnType<typeof claimColumns>;

function claimColumns({ key, config, leaseMs, provenance }: TrialClaim, scope: string, now: Date) {
  const { worker, attempt, backend, arithmetic, versions, workflowRunId } = provenance;
  return {
    ...trialColumns(config),
    scope,
    key,
    state: 'running' as const,
    startedAt: now,
    leaseUntil: new Date(now.getTime() + leaseMs),
    worker,
    attempt,
    backend,
    arithmetic,
    versions: { ...versions },
    workflowRunId,
  };
}
