import { cellOf } from '../core/trial/labels.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { FinalTrialState, TrialState } from '../core/trial/trial-record.ts';
import { claimHistory, endForgotten, newHistory } from './claim-history.ts';
import { lock, lockExpression, type Database, type Locks } from './database.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import { grouped } from './grouped.ts';
import { isUniqueViolation } from './storage-error.ts';
import { noSuchSweep } from './sweeps.ts';
import type { ClaimAnswer, SweepState, TrialClaim } from './sweep-store.ts';

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
 * Gives trials to their owners (sweepId, number). What nearly every claim meets, that nothing is known of its owner and its key, takes one statement for
 * all claims that come at once; the others go step by step.
 */
export function trialClaimer(client: PrismaClient): (claim: TrialClaim) => Promise<ClaimAnswer> {
  const claimNew = grouped((claims: readonly TrialClaim[]) => claimNewTrials(client, claims));
  return async (claim) => (await claimNew(claim)) ?? (await claimAmongOthers(client, claim));
}

/** Claims the trials that have no row yet. Null for each of the others, and for one of an owner or a key that the list has already. */
async function claimNewTrials(
  client: PrismaClient,
  claims: readonly TrialClaim[],
): Promise<readonly (ClaimAnswer | null)[]> {
  const names = claims.map((claim) => locksOf(claim));
  const isFirst = (index: number): boolean =>
    names.findIndex(({ key }) => key === names[index]!.key) === index &&
    names.findIndex(({ sweep, owner }) => sweep === names[index]!.sweep && owner === names[index]!.owner) === index;
  const rows = claims.filter((_, index) => isFirst(index)).map(newTrialRow);
  try {
    const made = new Map((await insertNewTrials(client, rows, names)).map((row) => [lockedKey(row), row]));
    return claims.map((_, index) => {
      const row = isFirst(index) ? made.get(names[index]!.key) : undefined;
      return row === undefined
        ? null
        : { kind: 'claimed', trialId: String(row.id), fence: row.fence, history: newHistory };
    });
  } catch (error) {
    if (isUniqueViolation(error)) return claims.map(() => null);
    throw error;
  }
}

/**
 * Inserts rows and their links, but for those that meet a row of their owner or under their key, or a sweep that takes no claims. Takes the locks
 * of claimAmongOthers, but sees what was there before it got them: what another claim did meanwhile meets a unique index, what a
 * closing did meets the lock on the sweep's row.
 */
function insertNewTrials(client: PrismaClient, rows: readonly NewTrialRow[], locks: readonly Locks[]) {
  return client.$queryRaw<{ id: bigint; fence: bigint; scope: string; key: string }[]>`
    WITH locks AS MATERIALIZED (${lockExpression(locks)}),
    open AS (
      SELECT sweep.id, locks.now FROM sweep, locks
      WHERE sweep.id = ANY(${rows.map(({ sweepId }) => sweepId)}::text[]) AND sweep.state = 'running'
      FOR SHARE OF sweep
    ),
    claim AS MATERIALIZED (
      SELECT claimed.*, open.now
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS claimed ("sweepId" text, number int, "leaseMs" double precision,
        scope text, key text, state trial_state, config jsonb, initializer text, activation text, network text, normalization text, depth int, width int,
        "learningRate" double precision, optimizer text, "batchSize" int, dataset text, seed bigint, "epochBudget" int,
        "targetMetric" text, "targetThreshold" double precision, worker text, attempt int, backend text, arithmetic text,
        versions jsonb, "workflowRunId" text)
      JOIN open ON open.id = claimed."sweepId"
      WHERE NOT EXISTS (SELECT FROM sweep_trial WHERE sweep_id = claimed."sweepId" AND sweep_trial.number = claimed.number)
    ),
    made AS (
      INSERT INTO trial (scope, key, state, config, initializer, activation, network, normalization, depth, width, learning_rate, optimizer, batch_size,
        dataset, seed, epoch_budget, target_metric, target_threshold, worker, attempt, backend, arithmetic, versions,
        workflow_run_id, started_at, lease_until)
      SELECT scope, key, state, config, initializer, activation, network, normalization, depth, width, "learningRate", optimizer, "batchSize",
        dataset, seed, "epochBudget", "targetMetric", "targetThreshold", worker, attempt, backend, arithmetic, versions,
        "workflowRunId", now, now + "leaseMs" * interval '1 ms'
      FROM claim
      ON CONFLICT (scope, key) DO NOTHING
      RETURNING id, fence, scope, key
    ),
    link AS (
      INSERT INTO sweep_trial (sweep_id, number, trial_id, reused)
      SELECT claim."sweepId", claim.number, made.id, false FROM made JOIN claim USING (scope, key)
    )
    SELECT id, fence, scope, key FROM made`;
}

type NewTrialRow = ReturnType<typeof newTrialRow>;

function newTrialRow(claim: TrialClaim) {
  const { sweepId, number, leaseMs, config } = claim;
  return { sweepId, number, leaseMs, ...claimColumns(claim), seed: config.seed };
}

/**
 * In this order:
 * 1. What the owner has trained to an end, or taken over, is held, whatever the key says now, also when the sweep is closed; else a closed sweep
 *    takes no claims: they come from workers that had not heard of its end.
 * 2. What is held under the key is linked to the sweep; an unfinished row of the owner's own goes.
 * 3. What another owner trains under the key is busy while its lease lives. After that the owner gets the row: the other's link and records go.
 * 4. Else the owner's unfinished row (of an earlier attempt, maybe under another backend's key) is taken up again, or a new one made.
 * Each claim raises the fence, so whoever held the row before can write no more.
 */
function claimAmongOthers(client: PrismaClient, claim: TrialClaim): Promise<ClaimAnswer> {
  return client.$transaction(async (database) => {
    const scope = scopeOf(claim);
    const now = await lock(database, locksOf(claim));
    const own = await ownTrial(database, claim);
    if (own !== null && isHeld(own.state)) return held(own);
    const state = await sweepState(database, claim.sweepId);
    if (state !== 'running') return { kind: 'closed', state };
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
    const columns = {
      ...claimColumns(claim),
      startedAt: now,
      leaseUntil: new Date(now.getTime() + claim.leaseMs),
    };
    if (row === null) return createTrial(database, claim, columns);
    const answer = await takeUp(database, row, columns, row.id !== own?.id || row.key !== claim.key);
    await link(database, claim, row.id, false, own);
    return answer;
  });
}

/** Where the key is looked for: among all sweeps, or within the one. */
function scopeOf({ reuse, sweepId }: TrialClaim): string {
  return reuse ? '' : sweepId;
}

function locksOf(claim: TrialClaim): Locks {
  return {
    sweep: claim.sweepId,
    owner: String(claim.number),
    key: lockedKey({ scope: scopeOf(claim), key: claim.key }),
  };
}

function lockedKey({ scope, key }: { readonly scope: string; readonly key: string }): string {
  return `${scope} ${key}`;
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

async function sweepState(database: Database, sweepId: string): Promise<SweepState> {
  const sweep = await database.sweep.findUnique({ where: { id: sweepId }, select: { state: true } });
  if (sweep === null) throw noSuchSweep(sweepId);
  return sweep.state;
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
  return { kind: 'claimed', trialId: String(id), fence, history: newHistory };
}

async function takeUp(
  database: Database,
  { id, state }: Candidate,
  columns: ClaimColumns,
  startsAnew: boolean,
): Promise<ClaimAnswer> {
  if (startsAnew) {
    // Another owner's, or another backend's, records would mix with the ones to come.
    await database.epoch.deleteMany({ where: { trialId: id } });
    await database.layer.deleteMany({ where: { trialId: id } });
    // Nor may an older checkpoint under this very key be gone on from, later: its records have just gone.
    await database.checkpoint.deleteMany({ where: { trialId: id } });
  }
  if (state === 'running') await endForgotten(database, id, columns);
  const { fence } = await database.trial.update({
    where: { id },
    data: {
      ...columns,
      fence: { increment: 1 },
      reason: null,
      failureKind: null,
      finishedAt: null,
    },
    select: { fence: true },
  });
  if (state !== 'running') await database.trial.update({ where: { id }, data: { triedSince: fence } });
  const trial = { trialId: String(id), fence };
  return { kind: 'claimed', ...trial, history: await claimHistory(database, trial) };
}

type ClaimColumns = ReturnType<typeof claimColumns> & { readonly startedAt: Date; readonly leaseUntil: Date };

function claimColumns(claim: TrialClaim) {
  const { key, config, provenance } = claim;
  const { worker, attempt, backend, arithmetic, versions, workflowRunId } = provenance;
  return {
    ...trialColumns(config),
    scope: scopeOf(claim),
    key,
    state: 'running' as const,
    worker,
    attempt,
    backend,
    arithmetic,
    versions: { ...versions },
    workflowRunId,
  };
}
