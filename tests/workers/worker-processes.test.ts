import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import { progressQuery } from '../../workflows/messages.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { createTestNamespace, type TestNamespace } from '../setup/test-namespace.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

let temporal: TestNamespace;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let store: Awaited<ReturnType<typeof openStore>>;
let environment: NodeJS.ProcessEnv;
const processes: WorkerProcess[] = [];

beforeAll(async () => {
  temporal = await createTestNamespace(inject('temporalAddress'));
  database = await createTestDatabase();
  store = await openStore(database.url);
  environment = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: temporal.namespace,
    SWEEP_BACKEND: 'cpu',
    SWEEP_TRAINERS: '1',
  };
});
afterEach(async () => {
  for (const { child } of processes) child.kill('SIGKILL');
  await Promise.all(processes.splice(0).map(({ ended }) => ended));
});
afterAll(async () => {
  await store.close();
  await database.drop();
  await temporal.close();
});

function begin(entry: 'control' | 'training', changes: NodeJS.ProcessEnv = {}): WorkerProcess {
  const worker = startWorkerProcess(entry, { ...environment, ...changes });
  processes.push(worker);
  return worker;
}

describe('a worker’s process', () => {
  test.each(['control', 'training'] as const)(
    'ends with 2 and every mistake when the %s worker’s environment has some',
    async (entry) => {
      const worker = begin(entry, { DATABASE_URL: 'nowhere', SWEEP_LOG_LEVEL: 'loud' });

      expect(await worker.ended).toBe(2);
      expect(worker.log()).toContain('DATABASE_URL: expected a PostgreSQL address');
      expect(worker.log()).toContain('SWEEP_LOG_LEVEL is "loud"');
    },
  );

  test('ends with 1 when Temporal cannot be reached', async () => {
    const worker = begin('control', { TEMPORAL_ADDRESS: '127.0.0.1:9' });

    expect(await worker.ended).toBe(1);
    expect(worker.log()).toContain('Temporal cannot be reached at 127.0.0.1:9');
  });

  test.each(['control', 'training'] as const)(
    'of the %s worker ends with 0 on SIGTERM and leaves JSON lines',
    async (entry) => {
      const worker = begin(entry);
      await worker.ready;
      worker.child.kill('SIGTERM');

      expect(await worker.ended).toBe(0);
      const lines = worker
        .log()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { worker: string; msg: string });
      expect(lines.at(-1)).toMatchObject({ worker: entry, msg: 'ended', exitCode: 0 });
    },
  );
});

describe('a trial whose worker is killed', () => {
  test('is trained to its end by another one, once', async () => {
    const control = begin('control');
    const killed = begin('training');
    await Promise.all([control.ready, killed.ready]);
    const handle = await temporal.client.workflow.start<typeof sweep>('sweep', {
      taskQueue: controlQueue,
      workflowId: 'killed',
      args: [
        {
          name: 'killed',
          axes: { initializer: 'heNormal', activation: 'relu', depth: 3, width: 64, seed: [1, 2] },
          training: { epochs: 40, target: null },
          run: { attempts: 2 },
        },
      ],
    });
    let sweepId = '';
    while ((await epochsOf(sweepId)) < 3) {
      sweepId = (await handle.query(progressQuery)).sweepId;
      await sleep(100);
    }
    killed.child.kill('SIGKILL');
    const rescuer = begin('training');
    await rescuer.ready;
    const result = await handle.result();

    expect(result).toMatchObject({ trials: 2, states: { notConverged: 2, failed: 0 } });
    const outcomes = await store.outcomes(sweepId);
    expect(outcomes.map((row) => [row.number, row.epochsRun])).toEqual([
      [0, 40],
      [1, 40],
    ]);
    expect(await epochsOf(sweepId)).toBe(2 * 41);
  }, 240_000);

  async function epochsOf(sweepId: string): Promise<number> {
    const client = new pg.Client(database.url);
    await client.connect();
    try {
      const { rows } = await client.query<{ count: string }>(
        'SELECT count(*) FROM epoch JOIN sweep_trial USING (trial_id) WHERE sweep_id = $1',
        [sweepId],
      );
      return Number(rows[0]?.count);
    } finally {
      await client.end();
    }
  }
});
