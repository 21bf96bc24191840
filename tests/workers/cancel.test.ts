import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, type OpenStore } from '../../storage/prisma-sweep-store.ts';
import { progressQuery } from '../../workflows/messages.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { trainersOf } from '../faults/cluster.ts';
import { useWorkerProcesses } from './use-worker-processes.ts';

const workers = useWorkerProcesses({ SWEEP_BACKEND: 'wasm' });
const { begin } = workers;
let store: OpenStore;

beforeAll(async () => {
  store = await openStore(workers.database.url);
});
afterAll(() => store.close());

test('30 s after a sweep with 100 trials in training was cancelled, nothing of it is trained any more', async () => {
  const training = begin('roomy', { SWEEP_TRAINERS: '2' });
  await Promise.all([begin('control'), training].map(({ ready }) => ready));
  const handle = await workers.temporal.client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId: 'endless',
    args: [
      {
        name: 'endless',
        axes: { initializer: 'heNormal', activation: 'relu', depth: 2, seed: { from: 1, count: 100 } },
        training: { width: 16, epochs: 5_000, target: null },
        run: { concurrency: 100, reuse: false },
      },
    ],
  });
  const { sweepId } = await handle.query(progressQuery);
  while ((await store.listSweeps(1)).length === 0) await sleep(100);
  while ((await store.progress(sweepId)).states.running < 100) await sleep(100);
  const trainers = await trainersOf(training.child.pid!);
  expect(trainers).toHaveLength(2);
  // They train, however little of the machine they get.
  const spent = await cpuSeconds(trainers);
  while ((await cpuSeconds(trainers)) < spent + 3) await sleep(200);

  const askedAt = performance.now();
  await handle.cancel();
  await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
  expect(performance.now() - askedAt).toBeLessThan(27_000);
  // No process ended: they have nothing to train. One may have been within a second of its time that it ends now.
  const left = await cpuSeconds(trainers);
  await sleep(4_000);
  expect((await cpuSeconds(trainers)) - left).toBeLessThan(2);
  expect((await store.progress(sweepId)).states).toMatchObject({ running: 0, cancelled: 100 });
}, 120_000);

/** Time on a processor, each in whole seconds. Throws when one of them is not there. */
async function cpuSeconds(pids: readonly number[]): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'time=', '-p', pids.join(',')]);
  const lines = stdout.trim().split('\n');
  expect(lines).toHaveLength(pids.length);
  // [days-]hours:minutes:seconds
  const seconds = lines.map((line) =>
    line
      .trim()
      .split(/[-:]/)
      .map(Number)
      .reduce((sum, part) => 60 * sum + part, 0),
  );
  return seconds.reduce((sum, each) => sum + each, 0);
}
