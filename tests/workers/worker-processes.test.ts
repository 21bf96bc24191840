import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import { progressQuery } from '../../workflows/messages.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { trainersOf } from '../faults/cluster.ts';
import { startTestBuckets, type TestBuckets } from '../setup/test-bucket.ts';
import { gone } from '../training/process/processes.ts';
import { useWorkerProcesses } from './use-worker-processes.ts';
import type { WorkerProcess } from './worker-process.ts';

const workers = useWorkerProcesses({ SWEEP_BACKEND: 'wasm', SWEEP_CHECKPOINT_INTERVAL: '1' });
const { begin, query } = workers;
let store: Awaited<ReturnType<typeof openStore>>;
let buckets: TestBuckets | undefined;

beforeAll(async () => {
  store = await openStore(workers.database.url);
});
afterAll(async () => {
  await buckets?.close();
  await store.close();
});

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

  test('tells the dashboards when a training worker starts and stops', async () => {
    const worker = begin('training');
    await worker.ready;
    worker.child.kill('SIGTERM');
    await worker.ended;

    const events = await query<{ kind: string }>(
      'SELECT kind FROM sweep_event WHERE sweep_id IS NULL AND worker LIKE $1 ORDER BY at',
      `${worker.child.pid}@%`,
    );
    expect(events.map(({ kind }) => kind)).toEqual(['workerStarted', 'workerStopped']);
  });
});

test('a worker and its trainer processes end when the process that started them is killed', async () => {
  const script = fileURLToPath(new URL('parent-that-is-killed.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { PATH: process.env['PATH'], ...workers.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const worker = Number(printed.toString());
  const trainers = await trainersOf(worker);
  expect(trainers.length).toBeGreaterThanOrEqual(1);
  parent.kill('SIGKILL');
  // Its grace time, and room for a busy machine.
  await gone(worker, 25_000);
  for (const trainer of trainers) await gone(trainer, 5_000);
}, 120_000);

describe('a trial whose worker goes', () => {
  /** Longer than the grace time of a worker that is told to stop, on any machine. */
  const epochs = 1_500;

  test.each(['the database', 'a bucket'])(
    'by being killed is trained to its end by another one, once, from %s',
    async (place) => {
      const settings = place === 'a bucket' ? await checkpointsInBucket() : {};
      await begin('control').ready;
      const killed = begin('training', settings);
      const { handle, sweepId } = await startTrials(`killed-${place}`.replaceAll(' ', '-'), {
        attempts: 2,
        seeds: [1, 2],
        epochs,
      });
      while ((await checkpointsOf(sweepId)) < 2) await sleep(50);
      killed.child.kill('SIGKILL');
      const rescuer = begin('training', settings);
      await rescuer.ready;

      expect(await handle.result()).toMatchObject({ trials: 2, reused: 0, states: { notConverged: 2, failed: 0 } });
      expect((await store.outcomes(sweepId)).map((row) => [row.number, row.epochsRun])).toEqual([
        [0, epochs],
        [1, epochs],
      ]);
      expect(await epochsOf(sweepId)).toBe(2 * (epochs + 1));
      expect(await workersOf(sweepId)).toEqual([rescuer.child.pid, rescuer.child.pid]);
      expect(goneOnFrom(rescuer)).toEqual([expect.any(Number), expect.any(Number)]);
      expect(await checkpointsOf(sweepId)).toBe(0);
      const events = await query<{ kind: string }>(
        'SELECT kind FROM sweep_event WHERE sweep_id = $1 ORDER BY kind',
        sweepId,
      );
      expect(events.map(({ kind }) => kind)).toEqual(['trialResumed', 'trialResumed', 'trialRetried', 'trialRetried']);
      const secret = buckets?.server.keys.AWS_SECRET_ACCESS_KEY ?? 'none';
      expect(killed.log() + rescuer.log()).not.toContain(secret);
    },
    240_000,
  );

  async function checkpointsInBucket(): Promise<NodeJS.ProcessEnv> {
    buckets = await startTestBuckets();
    const { bucket, endpoint } = (await buckets.create('')).location;
    return { ...buckets.server.keys, SWEEP_CHECKPOINTS: `s3://${bucket}/trials?endpoint=${endpoint}` };
  }

  test('by being told to stop is trained by another one, and costs no attempt', async () => {
    await begin('control').ready;
    // Only what it hands over when it stops can be gone on from.
    const stopped = begin('training', { SWEEP_CHECKPOINT_INTERVAL: '600' });
    const trials = { attempts: 1, seeds: [1], epochs };
    const { handle, sweepId } = await startTrials('stopped', trials);
    const askedAt = performance.now();
    stopped.child.kill('SIGTERM');
    expect(await stopped.ended).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(20_000);
    const recorded = await epochsOf(sweepId);
    const next = begin('training');
    await next.ready;

    expect(await handle.result()).toMatchObject({ trials: 1, states: { notConverged: 1, failed: 0 } });
    expect(await epochsOf(sweepId)).toBe(epochs + 1);
    expect(await workersOf(sweepId)).toEqual([next.child.pid]);
    expect(goneOnFrom(next)).toEqual([recorded - 1]);
    const undisturbed = await startTrials('undisturbed', trials);
    await undisturbed.handle.result();
    expect(await weightsOf(sweepId)).toEqual(await weightsOf(undisturbed.sweepId));
  }, 240_000);

  test('at once, by a second signal, leaves the trial to another one too', async () => {
    await begin('control').ready;
    const stopped = begin('training');
    const { handle, sweepId } = await startTrials('stopped-twice', { attempts: 2, seeds: [1], epochs });
    stopped.child.kill('SIGTERM');
    await sleep(100);
    const askedAt = performance.now();
    stopped.child.kill('SIGTERM');
    expect(await stopped.ended).toBe(128 + 15);
    expect(performance.now() - askedAt).toBeLessThan(1_000);
    await begin('training').ready;

    expect(await handle.result()).toMatchObject({ trials: 1, states: { notConverged: 1, failed: 0 } });
    expect(await epochsOf(sweepId)).toBe(epochs + 1);
  }, 240_000);

  interface TrialsToStart {
    readonly attempts: number;
    readonly seeds: readonly number[];
    readonly epochs: number;
  }

  /** Starts trials that train for several seconds, and resolves when they are at it. */
  async function startTrials(workflowId: string, { attempts, seeds, epochs }: TrialsToStart) {
    const file = {
      name: workflowId,
      axes: { initializer: 'heNormal', activation: 'relu', depth: 3, width: 64, seed: seeds },
      training: { epochs, target: null },
      run: { attempts, reuse: false },
    };
    const options = { taskQueue: controlQueue, workflowId, args: [file] as [unknown] };
    const handle = await workers.temporal.client.workflow.start<typeof sweep>('sweep', options);
    const { sweepId } = await handle.query(progressQuery);
    while ((await epochsOf(sweepId)) < 3) await sleep(100);
    return { handle, sweepId };
  }

  async function epochsOf(sweepId: string): Promise<number> {
    const rows = await query<{ count: string }>(
      'SELECT count(*) FROM epoch JOIN sweep_trial USING (trial_id) WHERE sweep_id = $1',
      sweepId,
    );
    return Number(rows[0]?.count);
  }

  /** Trials that have one. */
  async function checkpointsOf(sweepId: string): Promise<number> {
    const rows = await query<{ count: string }>(
      'SELECT count(DISTINCT trial_id) FROM checkpoint JOIN sweep_trial USING (trial_id) WHERE sweep_id = $1',
      sweepId,
    );
    return Number(rows[0]?.count);
  }

  /** Epochs of the checkpoints that a worker has gone on from. */
  function goneOnFrom(worker: WorkerProcess): number[] {
    const lines = worker.log().trimEnd().split('\n');
    return lines
      .map((line) => JSON.parse(line) as { msg: string; epoch: number })
      .filter(({ msg }) => msg === 'going on from a checkpoint')
      .map(({ epoch }) => epoch);
  }

  async function weightsOf(sweepId: string): Promise<string[]> {
    const rows = await query<{ weights_hash: string }>(
      'SELECT weights_hash FROM trial JOIN sweep_trial ON trial_id = trial.id WHERE sweep_id = $1 ORDER BY number',
      sweepId,
    );
    return rows.map((row) => row.weights_hash);
  }

  /** Process that trained each trial. */
  async function workersOf(sweepId: string): Promise<number[]> {
    const rows = await query<{ worker: string }>(
      'SELECT worker FROM trial JOIN sweep_trial ON trial_id = trial.id WHERE sweep_id = $1',
      sweepId,
    );
    return rows.map(({ worker }) => Number.parseInt(worker, 10));
  }
});
