import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenStore, openStore } from '../../storage/prisma-sweep-store.ts';
import { progressQuery } from '../../workflows/messages.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { useWorkerProcesses } from './use-worker-processes.ts';

const workers = useWorkerProcesses({ SWEEP_BACKEND: 'wasm', SWEEP_CHECKPOINT_INTERVAL: '1' });
let store: OpenStore;
let client: pg.Client;

beforeAll(async () => {
  store = await openStore(workers.database.url);
  client = new pg.Client(workers.database.url);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await store.close();
});

/** Everybody who writes the end of a trial that is given up waits, so that workers die between decision and end. */
const holdEnds = `
  CREATE FUNCTION hold_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
  CREATE TRIGGER hold_end BEFORE UPDATE ON trial FOR EACH ROW WHEN (NEW.state = 'pruned') EXECUTE FUNCTION hold_end();`;
/** Whoever waited is gone with what it wanted to write. */
const letGo = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep';`;

interface RungRow {
  readonly number: number;
  readonly is_kept: boolean;
}

async function rungsOf(sweepId: string): Promise<RungRow[]> {
  return (await client.query<RungRow>('SELECT * FROM rung WHERE sweep_id = $1 ORDER BY number, epoch', [sweepId])).rows;
}

test('what was decided at a rung holds when every worker is killed before the trials have ended', async () => {
  const file = {
    name: 'pruning-restart',
    axes: {
      initializer: ['heNormal', 'glorotNormal', { name: 'normal', sd: 1e-6 }],
      activation: 'relu',
      depth: 3,
      seed: [1, 2, 3, 4],
    },
    training: { epochs: 9, target: null },
    adaptive: { pruning: { method: 'ashaStopping', minEpochs: 3, reduction: 3 } },
    run: { attempts: 3 },
  };
  await client.query(holdEnds);
  const first = [workers.begin('control'), workers.begin('training')];
  await Promise.all(first.map(({ ready }) => ready));
  const handle = await workers.temporal.client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId: 'pruning-restart',
    args: [file],
  });
  const { sweepId } = await handle.query(progressQuery);
  // Some were given up at the rung, and none of these has ended.
  while (!(await rungsOf(sweepId)).some(({ is_kept }) => !is_kept)) await sleep(50);
  const states = async () => (await store.progress(sweepId)).states;
  for (const { child } of first) child.kill('SIGKILL');
  await Promise.all(first.map(({ ended }) => ended));
  const before = await rungsOf(sweepId);
  await client.query(letGo);
  await client.query('DROP TRIGGER hold_end ON trial; DROP FUNCTION hold_end();');
  expect((await states()).pruned).toBe(0);
  const second = [workers.begin('control'), workers.begin('training')];
  await Promise.all(second.map(({ ready }) => ready));
  const result = await handle.result();

  const decided = await rungsOf(sweepId);
  expect(decided).toHaveLength(12);
  expect(decided).toEqual(expect.arrayContaining(before));
  const givenUp = decided.filter(({ is_kept }) => !is_kept).map(({ number }) => number);
  expect(result).toMatchObject({
    trials: 12,
    states: { pruned: givenUp.length, notConverged: 12 - givenUp.length, failed: 0 },
    pruning: { epochsPlanned: 108, epochsSpared: 6 * givenUp.length },
  });
  const rows = await store.outcomes(sweepId);
  expect(rows.filter(({ state }) => state === 'pruned').map(({ number }) => number)).toEqual(givenUp);
  expect(rows.map(({ epochsRun }) => epochsRun)).toEqual(rows.map(({ number }) => (givenUp.includes(number) ? 3 : 9)));
  const { rows: epochs } = await client.query<{ number: number; epochs: number }>(
    'SELECT number, count(*)::int AS epochs FROM epoch JOIN sweep_trial USING (trial_id) WHERE sweep_id = $1 GROUP BY 1 ORDER BY 1',
    [sweepId],
  );
  expect(epochs).toEqual(rows.map(({ number, epochsRun }) => ({ number, epochs: epochsRun! + 1 })));
}, 240_000);
