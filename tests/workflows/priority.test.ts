import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { progressQuery } from '../../workflows/messages.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { createTestNamespace, type TestNamespace } from '../setup/test-namespace.ts';
import { createTestStore, type TestStore } from '../setup/test-store.ts';
import { ArithmeticTrainer } from './arithmetic-trainer.ts';
import { startControlWorker, startTrainingWorker } from './orchestra.ts';

let temporal: TestNamespace;
let store: TestStore;
const trainer = new ArithmeticTrainer({ epochMs: 10 });
const workers: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  temporal = await createTestNamespace(inject('temporalAddress'));
  store = await createTestStore();
  workers.push(await startControlWorker(temporal, store), await startTrainingWorker(temporal, store, trainer));
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await store.close();
  await temporal.close();
});

/** Starts a sweep of one cell whose trials all wait for the four places at once, and resolves when `begun` of them have ended. */
async function startSweep(from: number, count: number, run: object, ended: number) {
  const file = {
    name: 'queued',
    axes: { initializer: 'heNormal', activation: 'relu', depth: 2, seed: { from, count } },
    training: { epochs: 8, target: null },
    run: { concurrency: count, ...run },
  };
  const options = { taskQueue: controlQueue, workflowId: `queued-${randomUUID()}`, args: [file] as [unknown] };
  const handle = await temporal.client.workflow.start<typeof sweep>('sweep', options);
  const { sweepId } = await handle.query(progressQuery);
  const inSweep = () => trainer.begun.filter(({ config: { seed } }) => seed >= from && seed < from + count);
  while (inSweep().length < ended) await sleep(20);
  return { handle, sweepId, inSweep };
}

test('a small sweep passes a large one, and one of higher priority passes both', async () => {
  const large = await startSweep(1_000, 240, {}, 8);
  const small = await startSweep(2_000, 12, {}, 0);
  await small.handle.result();
  const urgent = await startSweep(3_000, 12, { priority: 1 }, 0);
  await urgent.handle.result();

  // Without priorities each would have waited for all of the 240.
  expect(large.inSweep().length).toBeLessThan(180);
  await large.handle.result();
}, 120_000);

test('sweeps of the same priority take turns', async () => {
  const first = await startSweep(4_000, 160, { priority: 3 }, 8);
  const second = await startSweep(5_000, 40, { priority: 3 }, 0);
  await second.handle.result();

  // First come, first served would have had all 160 begun before; the queue's partitions take turns each for itself.
  const seedsBegun = trainer.begun.map(({ config }) => config.seed);
  const half = seedsBegun.flatMap((seed, index) => (seed >= 5_000 ? [index] : []))[19];
  expect(seedsBegun.slice(0, half).filter((seed) => seed >= 4_000 && seed < 5_000).length).toBeLessThan(110);
  await first.handle.result();
}, 120_000);
