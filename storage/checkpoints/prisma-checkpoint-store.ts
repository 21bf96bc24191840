import { StaleFenceError } from '../../core/errors.ts';
import { stateUnderFence } from '../database.ts';
import type { PrismaClient } from '../generated/client.ts';
import { storageError } from '../storage-error.ts';
import type { Fenced } from '../sweep-store.ts';
import type { CheckpointPlace } from './checkpoint-place.ts';
import type { CheckpointStore, NewCheckpoint, StoredCheckpoint } from './checkpoint-store.ts';

/** A writer puts its object first and its row a moment later: a younger object without a row may still get one. */
const orphanAfterMs = 60 * 60_000;
/** What `nameOf` makes, and parts of it on their way: whatever else somebody keeps in the place is not ours to remove. */
const objectName = /^\d+\/\d+-\d+(\.part-|$)/;
/** Removed at a time. */
const groupSize = 500;

interface Name {
  readonly trialId: bigint;
  readonly fence: bigint;
  readonly step: bigint;
}

/**
 * The rows say which checkpoints there are, under the fences that the trials' own rows have; the bytes are in them or, where there is
 * a place, in it. No two claims write the same object, so a writer with an outdated fence reaches neither row nor object of
 * another.
 */
export function createCheckpointStore(client: PrismaClient, place: CheckpointPlace | null): CheckpointStore {
  const remove = async (rows: readonly Name[]): Promise<void> => {
    if (rows.length > 0) await place?.remove(rows.map(nameOf));
  };
  const run = async <Result>(method: string, call: () => Promise<Result>, context = {}): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw storageError(error, method, context);
    }
  };
  return {
    save: (trial, checkpoint) =>
      run(
        'saveCheckpoint',
        async () => {
          const { trialId, fence } = trial;
          const name = { trialId: BigInt(trialId), fence, step: BigInt(checkpoint.step) };
          await place?.put(nameOf(name), checkpoint.bytes);
          const replaced = await insert(client, trial, checkpoint, place === null);
          if (replaced !== null) return remove(replaced);
          await remove([name]);
          const state = await stateUnderFence(client, trial);
          if (state === 'running') throw new StaleFenceError(`Trial ${trialId} has another key by now.`);
        },
        { ...trial, key: checkpoint.key, step: checkpoint.step },
      ),

    latest: (trialId, key) => run('latestCheckpoint', () => latest(client, place, trialId, key), { trialId, key }),

    drop: ({ trialId, fence, step }) =>
      run('dropCheckpoint', async () => {
        const name = { trialId: BigInt(trialId), fence, step: BigInt(step) };
        await client.checkpoint.deleteMany({ where: name });
        await remove([name]);
      }),

    discard: (trialId) =>
      run('discardCheckpoints', async () => {
        await remove(
          await client.$queryRaw<Name[]>`
            DELETE FROM checkpoint c USING trial t
            WHERE t.id = ${trialId}::bigint AND t.state <> 'running' AND c.trial_id = t.id
            RETURNING c.trial_id AS "trialId", c.fence, c.step`,
        );
      }),

    collect: () =>
      run('collectCheckpoints', async () => {
        const rows = await client.$queryRaw<Name[]>`
          DELETE FROM checkpoint c USING trial t
          WHERE c.trial_id = t.id AND (t.state <> 'running' OR c.key <> t.key)
          RETURNING c.trial_id AS "trialId", c.fence, c.step`;
        for (let start = 0; start < rows.length; start += groupSize) await remove(rows.slice(start, start + groupSize));
        return rows.length + (place === null ? 0 : await removeOrphans(client, place));
      }),
  };
}

/** Those that it takes the place of; null when the trial is not the caller's, has ended, or has another key. */
async function insert(
  client: PrismaClient,
  { trialId, fence }: Fenced,
  { key, epoch, step, bytes }: NewCheckpoint,
  isBytesInRow: boolean,
): Promise<Name[] | null> {
  const rows = await client.$queryRaw<{ id: bigint; fence: bigint | null; step: bigint | null }[]>`
    WITH mine AS (
      SELECT id, ${fence}::bigint AS fence, ${step}::bigint AS step FROM trial
      WHERE id = ${trialId}::bigint AND fence = ${fence}::bigint AND state = 'running' AND key = ${key}
      FOR SHARE
    ),
    older AS (
      SELECT c.trial_id, c.fence, c.step FROM checkpoint c JOIN mine ON c.trial_id = mine.id
      WHERE (c.fence, c.step) <> (mine.fence, mine.step)
      ORDER BY c.fence DESC, c.step DESC OFFSET 1
    ),
    made AS (
      INSERT INTO checkpoint (trial_id, fence, step, epoch, key, bytes)
      SELECT id, fence, step, ${epoch}::int, ${key}, ${isBytesInRow ? bytes : null}::bytea FROM mine
      ON CONFLICT DO NOTHING
    ),
    replaced AS (
      DELETE FROM checkpoint c USING older
      WHERE (c.trial_id, c.fence, c.step) = (older.trial_id, older.fence, older.step)
      RETURNING c.fence, c.step
    )
    SELECT mine.id, replaced.fence, replaced.step FROM mine LEFT JOIN replaced ON true`;
  if (rows.length === 0) return null;
  return rows.flatMap(({ id, fence: oldFence, step: oldStep }) =>
    oldFence === null || oldStep === null ? [] : [{ trialId: id, fence: oldFence, step: oldStep }],
  );
}

async function latest(
  client: PrismaClient,
  place: CheckpointPlace | null,
  trialId: string,
  key: string,
): Promise<StoredCheckpoint | null> {
  const row = await client.checkpoint.findFirst({
    where: { trialId: BigInt(trialId), key },
    orderBy: [{ fence: 'desc' }, { step: 'desc' }],
  });
  if (row === null) return null;
  // Bytes that are gone are a checkpoint that cannot be gone on from, like those that are damaged.
  const bytes = row.bytes ?? (await place?.get(nameOf(row))) ?? new Uint8Array(0);
  return { trialId, fence: row.fence, step: Number(row.step), epoch: row.epoch, key, bytes };
}

/** Objects that no row names: their writer died in between, or the trial is no more. */
async function removeOrphans(client: PrismaClient, place: CheckpointPlace): Promise<number> {
  let removed = 0;
  let group: string[] = [];
  const removeGroup = async (): Promise<void> => {
    const known = await client.$queryRaw<{ name: string }[]>`
      SELECT trial_id || '/' || fence || '-' || step AS name FROM checkpoint
      WHERE trial_id || '/' || fence || '-' || step = ANY(${group}::text[])`;
    const names = new Set(known.map(({ name }) => name));
    const orphans = group.filter((name) => !names.has(name));
    if (orphans.length > 0) await place.remove(orphans);
    removed += orphans.length;
    group = [];
  };
  for await (const { name, placedAt } of place.list()) {
    if (!objectName.test(name) || Date.now() - placedAt.getTime() < orphanAfterMs) continue;
    group.push(name);
    if (group.length === groupSize) await removeGroup();
  }
  if (group.length > 0) await removeGroup();
  return removed;
}

function nameOf({ trialId, fence, step }: Name): string {
  return `${trialId}/${fence}-${step}`;
}
