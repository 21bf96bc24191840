import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, type OpenStore } from '../../storage/prisma-sweep-store.ts';
import { workflowsPath } from '../../workers/worker-settings.ts';
import { progressQuery } from '../../workflows/messages.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { trainersOf } from '../faults/cluster.ts';
import { startControlWorker } from '../workflows/orchestra.ts';
import { useWorkerProcesses } from './use-worker-processes.ts';

const workers = useWorkerProcesses({ SWEEP_BACKEND: 'wasm', SWEEP_CHECKPOINT_INTERVAL: '1' });
const { begin, query } = workers;
let store: OpenStore;
let control: { stop(): Promise<void> };

beforeAll(async () => {
  store = await openStore(workers.database.url);
  const interceptors = { workflowModules: [fileURLToPath(new URL('../workflows/impatient.ts', import.meta.url))] };
  control = await startControlWorker(workers.temporal, store, workflowsPath, null, interceptors);
});
afterAll(async () => {
  await control.stop();
  await store.close();
});

type Handle = Awaited<ReturnType<typeof start>>;

/** What else happens to its trials while a worker is stopped. */
const troubles: Readonly<Record<string, (handle: Handle) => Promise<unknown>>> = {
  'nothing-else': () => Promise.resolve(),
  'activity-reset': async (handle) => {
    const shard = await shardOf(handle.workflowId);
    const { client, namespace } = workers.temporal;
    await client.workflowService.resetActivity({
      namespace,
      execution: { workflowId: shard },
      type: 'trainTrial',
      resetHeartbeat: true,
    });
    const { pendingActivities } = (await client.workflow.getHandle(shard).describe()).raw;
    expect(pendingActivities?.map(({ attempt }) => attempt)).toEqual([1, 1]);
  },
  'workflow-reset': async (handle) => {
    const { events } = await handle.fetchHistory();
    const firstCompleted = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
    await workers.temporal.client.workflowService.resetWorkflowExecution({
      namespace: workers.temporal.namespace,
      workflowExecution: { workflowId: handle.workflowId },
      reason: 'the test says so',
      requestId: randomUUID(),
      workflowTaskFinishEventId: firstCompleted ?? null,
    });
  },
};

test('a worker that was stopped past its timeout and let go on writes nothing, whatever was reset meanwhile', async () => {
  const zombie = begin('training');
  await zombie.ready;
  const handles = await Promise.all(Object.keys(troubles).map(start));
  const sweepIds = await Promise.all(handles.map(async (handle) => (await handle.query(progressQuery)).sweepId));
  while ((await trialsWithEpochs()) < 2 * handles.length) await sleep(100);
  const processes = [zombie.child.pid!, ...(await trainersOf(zombie.child.pid!))];
  for (const pid of processes) process.kill(pid, 'SIGSTOP');
  for (const handle of handles) await troubles[handle.workflowId]!(handle);
  const rescuer = begin('training');

  for (const { workflowId } of handles) {
    const result = await workers.temporal.client.workflow.getHandle<typeof sweep>(workflowId).result();
    expect(result).toMatchObject({ trials: 2, states: { notConverged: 2, failed: 0, cancelled: 0 } });
  }
  const before = await rows();
  for (const pid of processes) process.kill(pid, 'SIGCONT');
  while (!zombie.log().includes('is held under fence')) await sleep(100);
  zombie.child.kill('SIGTERM');
  expect(await zombie.ended).toBe(0);

  expect(await rows()).toEqual(before);
  for (const sweepId of sweepIds) {
    const outcomes = await store.outcomes(sweepId);
    expect(outcomes.map(({ number, state, epochsRun }) => ({ number, state, epochsRun }))).toEqual(
      [0, 1].map((number) => ({ number, state: 'notConverged', epochsRun: epochs })),
    );
  }
  expect(new Set((await query<{ worker: string }>('SELECT worker FROM trial')).map(({ worker }) => worker))).toEqual(
    new Set([expect.stringMatching(`^${rescuer.child.pid}@`)]),
  );
  expect(await query(`SELECT DISTINCT ended FROM trial_attempt WHERE worker LIKE '${zombie.child.pid}@%'`)).toEqual([
    { ended: 'vanished' },
  ]);
}, 240_000);

/** Some seconds of training. */
const epochs = 800;

function start(workflowId: string) {
  const file = {
    name: workflowId,
    axes: { initializer: 'heNormal', activation: 'relu', depth: 3, width: 64, seed: [1, 2] },
    training: { epochs, target: null },
    run: { reuse: false },
  };
  const options = { taskQueue: controlQueue, workflowId, args: [file] as [unknown] };
  return workers.temporal.client.workflow.start<typeof sweep>('sweep', options);
}

/** Workflow id of the one child. */
async function shardOf(workflowId: string): Promise<string> {
  const { raw } = await workers.temporal.client.workflow.getHandle(workflowId).describe();
  return raw.pendingChildren![0]!.workflowId!;
}

async function trialsWithEpochs(): Promise<number> {
  const [row] = await query<{ count: string }>('SELECT count(DISTINCT trial_id) FROM epoch WHERE epoch >= 3');
  return Number(row!.count);
}

/** Everything of the trials, with the transaction that wrote it last. */
async function rows(): Promise<unknown> {
  return Promise.all(
    ['trial', 'epoch', 'layer', 'checkpoint', 'trial_attempt', 'sweep_trial'].map((table) =>
      query(
        `SELECT md5(string_agg(row::text || row.xmin::text, '' ORDER BY row::text)) AS hash, count(*) FROM ${table} row`,
      ),
    ),
  );
}
