import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, inject, test } from 'vitest';
import { progressQuery } from '../../workflows/messages.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { createTestNamespace } from '../setup/test-namespace.ts';
import { startWorkerProcess, type WorkerProcess } from '../workers/worker-process.ts';
import { SeverableLink } from './severable-link.ts';

/** Twice the time after which Temporal gives up a worker that it does not hear of. */
const cutMs = 60_000;
const trials = 8;
const epochs = 500;

/** A training worker, the only one, with a sweep of one attempt a trial in training. */
interface Disturbed {
  readonly worker: WorkerProcess;
  readonly toTemporal: SeverableLink;
  readonly toDatabase: SeverableLink;
}

interface Outcome {
  readonly result: unknown;
  /** Of each trial, in order: state, epochs recorded, SHA-256 of the weights. */
  readonly trials: readonly unknown[];
  /** When the disturbance was over. */
  readonly wasUnderWay: boolean;
}

/** Trains the sweep while `disturb` does what it does to the training worker. Nothing else is shared with other sweeps but the servers. */
async function train(disturb: (parts: Disturbed) => Promise<void>, settings: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const temporal = await createTestNamespace(inject('temporalAddress'));
  const database = await createTestDatabase();
  const [host, port] = inject('temporalAddress').split(':') as [string, string];
  const databaseUrl = new URL(database.url);
  const toTemporal = await SeverableLink.open({ host, port: Number(port) });
  const toDatabase = await SeverableLink.open({ host: databaseUrl.hostname, port: Number(databaseUrl.port) });
  const environment = { TEMPORAL_ADDRESS: inject('temporalAddress'), TEMPORAL_NAMESPACE: temporal.namespace };
  const control = startWorkerProcess('control', { ...environment, DATABASE_URL: database.url });
  databaseUrl.host = `127.0.0.1:${toDatabase.port}`;
  const worker = startWorkerProcess('training', {
    ...environment,
    TEMPORAL_ADDRESS: `127.0.0.1:${toTemporal.port}`,
    DATABASE_URL: databaseUrl.href,
    SWEEP_BACKEND: 'wasm',
    SWEEP_TRAINERS: '1',
    SWEEP_CHECKPOINT_INTERVAL: '1',
    ...settings,
  });
  const client = new pg.Client(database.url);
  try {
    await client.connect();
    await Promise.all([control.ready, worker.ready]);
    const handle = await temporal.client.workflow.start<typeof sweep>('sweep', {
      taskQueue: controlQueue,
      workflowId: 'cut-off',
      args: [
        {
          name: 'cut-off',
          axes: { initializer: 'heNormal', activation: 'relu', depth: 3, width: 64, seed: { from: 1, count: trials } },
          training: { epochs, target: null },
          run: { attempts: 1, concurrency: 2, reuse: false },
        },
      ],
    });
    const { sweepId } = await handle.query(progressQuery);
    const rowsOf = async (sql: string): Promise<Record<string, unknown>[]> =>
      (await client.query<Record<string, unknown>>(sql, [sweepId])).rows;
    const epochsRecorded = 'SELECT 1 FROM epoch JOIN sweep_trial USING (trial_id) WHERE sweep_id = $1 LIMIT 3';
    while ((await rowsOf(epochsRecorded)).length < 3) await sleep(100);
    await disturb({ worker, toTemporal, toDatabase });
    const ended = await rowsOf(
      "SELECT 1 FROM trial JOIN sweep_trial ON trial_id = id WHERE state <> 'running' AND sweep_id = $1",
    );
    return {
      wasUnderWay: ended.length < trials,
      result: await handle.result(),
      trials: await rowsOf(
        `SELECT state::text, weights_hash, (SELECT count(*)::int FROM epoch e WHERE e.trial_id = t.id) AS epochs
         FROM trial t JOIN sweep_trial ON trial_id = t.id WHERE sweep_id = $1 ORDER BY number`,
      ),
    };
  } finally {
    await client.end();
    for (const { child } of [control, worker]) child.kill('SIGKILL');
    await Promise.all([control.ended, worker.ended]);
    await Promise.all([toTemporal.close(), toDatabase.close()]);
    await database.drop();
    await temporal.close();
  }
}

describe.concurrent('a training worker', { timeout: 600_000 }, () => {
  const undisturbed = train(() => Promise.resolve());

  /** Every trial once, with every epoch once, as if nothing had been; and the only attempt that each has was enough. */
  const expectNothingLost = async (outcome: Outcome): Promise<void> => {
    expect(outcome.wasUnderWay).toBe(true);
    expect(outcome.result).toMatchObject({ trials, reused: 0, states: { notConverged: trials, failed: 0 } });
    expect(outcome.trials.map((row) => (row as { epochs: number }).epochs)).toEqual(Array(trials).fill(epochs + 1));
    expect(outcome.trials).toEqual((await undisturbed).trials);
  };

  test('that is cut off from Temporal for a minute loses nothing, no attempt either', async () => {
    let swallowed = 0;
    const outcome = await train(async ({ toTemporal }) => {
      toTemporal.cut();
      await sleep(cutMs);
      swallowed = toTemporal.swallowed;
      toTemporal.mend();
    });

    expect(swallowed).toBeGreaterThan(0);
    await expectNothingLost(outcome);
  });

  test('that is cut off from the database for a minute loses nothing, no attempt either', async () => {
    let swallowed = 0;
    const outcome = await train(async ({ toDatabase }) => {
      toDatabase.cut();
      await sleep(cutMs);
      swallowed = toDatabase.swallowed;
      toDatabase.mend();
    });

    expect(swallowed).toBeGreaterThan(0);
    await expectNothingLost(outcome);
  });

  test('that is far from both loses nothing', async () => {
    let passed = 0;
    const outcome = await train(async ({ toTemporal, toDatabase }) => {
      toTemporal.delayMs = 200;
      toDatabase.delayMs = 200;
      await sleep(1_500);
      passed = Math.min(toTemporal.delayed, toDatabase.delayed);
    });

    expect(passed).toBeGreaterThan(0);
    await expectNothingLost(outcome);
  });

  test('whose clock jumps an hour ahead and two back loses nothing', async () => {
    let log = '';
    const outcome = await train(
      async ({ worker }) => {
        worker.child.kill('SIGUSR2');
        await sleep(1_000);
        worker.child.kill('SIGUSR2');
        await sleep(500);
        log = worker.log();
      },
      {
        NODE_OPTIONS: `--import=${new URL('clock-jump.mjs', import.meta.url).href}`,
        CLOCK_JUMPS: '3600000,-7200000',
      },
    );

    expect(log).toContain('"by":3600000');
    expect(log).toContain('"by":-3600000');
    await expectNothingLost(outcome);
  });
});
