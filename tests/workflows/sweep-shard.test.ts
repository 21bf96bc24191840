import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { UserError } from '../../core/errors.ts';
import { parseSweep } from '../../core/sweep/parse-sweep.ts';
import { shardOrdersSignal } from '../../workflows/control-messages.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { createTestNamespace, type TestNamespace } from '../setup/test-namespace.ts';
import { createTestStore, type TestStore } from '../setup/test-store.ts';
import { ArithmeticTrainer } from './arithmetic-trainer.ts';
import { startControlWorker, startTrainingWorker } from './orchestra.ts';
import type { shardParent } from './shard-parent.ts';
import { sweepFile } from './sweep-files.ts';

let temporal: TestNamespace;
let store: TestStore;
const trainer = new ArithmeticTrainer();
const workers: { stop(): Promise<void> }[] = [];

const reported = { ended: 0, failed: 0 };

beforeAll(async () => {
  temporal = await createTestNamespace(inject('temporalAddress'));
  store = await createTestStore();
  const parent = fileURLToPath(new URL('shard-parent.ts', import.meta.url));
  workers.push(await startControlWorker(temporal, store, parent), await startTrainingWorker(temporal, store, trainer));
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await store.close();
  await temporal.close();
});

test('a shard that continues as new loses no trial, doubles none, and keeps its reports few', async () => {
  const spec = parseSweep(sweepFile({ axes: { seed: { from: 1, count: 9 } } }));
  const sweepId = randomUUID();
  const workflowId = `shard-${sweepId}`;
  await store.openSweep({ id: sweepId, workflowId, spec, trialCount: 36 });
  const { tally, reports } = await temporal.client.workflow.execute<typeof shardParent>('shardParent', {
    taskQueue: controlQueue,
    workflowId,
    args: [
      { sweepId, spec, index: 0, from: 0, to: 36, concurrency: 5, trialsPerRun: 8, trialsPerReport: 30, reported },
    ],
  });

  const numbers = (await store.outcomes(sweepId)).map((row) => row.number);
  expect(numbers).toEqual(Array.from({ length: 36 }, (_, number) => number));
  expect(trainer.begun).toHaveLength(36);
  expect(tally.states).toMatchObject({ converged: 36 });
  const runs = await runsOf(`${workflowId}/shard`);
  expect(runs.map((run) => run.status.name).sort()).toEqual([
    'COMPLETED',
    ...Array.from({ length: 4 }, () => 'CONTINUED_AS_NEW'),
  ]);
  for (const { runId } of runs) expect(await activitiesOf(`${workflowId}/shard`, runId)).toMatchObject({ open: 0 });
  // However many runs there are: one for each 30 trials and one at the end.
  expect(reports.length).toBeLessThanOrEqual(2);
  expect(reports.at(-1)).toMatchObject({ running: 0, tally: { states: { converged: 36 } } });
});

test('a shard whose trials fail says so before its report is due', async () => {
  const spec = parseSweep(sweepFile({ axes: { depth: [2, 3], seed: { from: 101, count: 8 } } }));
  const sweepId = randomUUID();
  const workflowId = `shard-${sweepId}`;
  await store.openSweep({ id: sweepId, workflowId, spec, trialCount: 64 });
  trainer.failing = { depth: 2, error: new UserError('No trial of depth 2 can be trained.') };
  trainer.epochMs = 120;
  const { tally, reports } = await temporal.client.workflow.execute<typeof shardParent>('shardParent', {
    taskQueue: controlQueue,
    workflowId,
    args: [
      { sweepId, spec, index: 0, from: 0, to: 64, concurrency: 5, trialsPerRun: 100, trialsPerReport: 64, reported },
    ],
  });
  trainer.failing = undefined;
  trainer.epochMs = 1;

  expect(tally.states).toMatchObject({ converged: 32, failed: 32 });
  expect(reports).toHaveLength(2);
  expect(reports[0]!.tally.states.failed).toBeGreaterThanOrEqual(20);
  expect(reports[0]!.tally.states.converged).toBeLessThan(32);
});

test('a shard keeps its orders, and the trials that were called back, when it continues as new', async () => {
  const spec = parseSweep(sweepFile({ axes: { seed: { from: 201, count: 5 } } }));
  const sweepId = randomUUID();
  const workflowId = `shard-${sweepId}`;
  await store.openSweep({ id: sweepId, workflowId, spec, trialCount: 20 });
  await store.setPaused(sweepId, true);
  trainer.epochMs = 5_000;
  const begunBefore = trainer.begun.length;
  const parent = await temporal.client.workflow.start<typeof shardParent>('shardParent', {
    taskQueue: controlQueue,
    workflowId,
    args: [{ sweepId, spec, index: 0, from: 0, to: 20, concurrency: 4, trialsPerRun: 4, trialsPerReport: 1 }],
  });
  const shard = temporal.client.workflow.getHandle(`${workflowId}/shard`);
  while (trainer.running < 4) await sleep(20);
  // All four of the first run come back, so it continues as new with nothing but what it was ordered.
  await shard.signal(shardOrdersSignal, { concurrency: 2, hold: 'now' });
  while ((await runsOf(`${workflowId}/shard`, 1)).length < 2) await sleep(50);
  trainer.most = 0;
  await sleep(300);
  expect(trainer.most).toBe(0);
  trainer.epochMs = 1;
  await shard.signal(shardOrdersSignal, { concurrency: 2, hold: 'no' });
  const { tally } = await parent.result();

  expect(tally.states).toMatchObject({ converged: 20, failed: 0, cancelled: 0 });
  expect(trainer.most).toBeLessThanOrEqual(2);
  expect(trainer.begun.length - begunBefore).toBe(24);
  const numbers = (await store.outcomes(sweepId)).map((row) => row.number);
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, number) => number));
});

test('a shard leaves out what the sweep excludes', async () => {
  const file = {
    ...sweepFile({ axes: { seed: [71, 72, 73] } }),
    exclude: [{ initializer: 'heNormal', activation: 'tanh' }],
  };
  const spec = parseSweep(file);
  const sweepId = randomUUID();
  const workflowId = `shard-${sweepId}`;
  await store.openSweep({ id: sweepId, workflowId, spec, trialCount: 9 });
  const { tally } = await temporal.client.workflow.execute<typeof shardParent>('shardParent', {
    taskQueue: controlQueue,
    workflowId,
    args: [
      {
        sweepId,
        spec,
        index: 0,
        from: 0,
        to: 12,
        concurrency: 2,
        trialsPerRun: 4,
        missingInFirstRun: 3,
        trialsPerReport: 1,
      },
    ],
  });

  expect(tally.states).toMatchObject({ converged: 9 });
  // One trial, then four, then four.
  expect(await runsOf(`${workflowId}/shard`)).toHaveLength(3);
  const cells = (await store.outcomes(sweepId)).map((row) => `${row.initializer} ${row.activation}`);
  expect(cells).toHaveLength(9);
  expect(cells).not.toContain('heNormal tanh');
});

async function runsOf(workflowId: string, tries = 100) {
  const runs = [];
  for (let left = tries; left > 0; left--) {
    runs.length = 0;
    for await (const run of temporal.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runs.push(run);
    // Visibility follows the workflows by some milliseconds.
    if (runs.some((run) => run.status.name === 'COMPLETED')) break;
  }
  return runs;
}

async function activitiesOf(workflowId: string, runId: string) {
  const { events = [] } = await temporal.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const scheduled = events?.filter((event) => event.activityTaskScheduledEventAttributes).length ?? 0;
  const completed = events?.filter((event) => event.activityTaskCompletedEventAttributes).length ?? 0;
  return { open: scheduled - completed, scheduled };
}
