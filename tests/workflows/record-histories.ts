import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { BugError } from '../../core/errors.ts';
import { parseSweep } from '../../core/sweep/parse-sweep.ts';
import { findTemporal } from '../../infra/local/temporal.ts';
import { progressQuery } from '../../workflows/messages.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { createTestNamespace, type TestNamespace } from '../setup/test-namespace.ts';
import { createTestStore, type TestStore } from '../setup/test-store.ts';
import { ArithmeticTrainer } from './arithmetic-trainer.ts';
import { startControlWorker, startTrainingWorker } from './orchestra.ts';
import { sweepFile } from './sweep-files.ts';

/**
 * Raised when workflows change after a release: histories of earlier versions stay, for sweeps of theirs may be running. Sweeps of
 * version 1 were not judged, those of versions 1 and 2 could not be steered.
 */
const version = 3;

/** Runs the workflows through their different ends and keeps each history, for replay.test.ts. */
let temporal: TestNamespace;
let store: TestStore;
const trainer = new ArithmeticTrainer({
  epochMs: 60,
  failing: { depth: 3, error: new BugError('kernel 2 has no column') },
});
const workers: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  temporal = await createTestNamespace(inject('temporalAddress'));
  store = await createTestStore();
  const workflows = fileURLToPath(new URL('shard-parent.ts', import.meta.url));
  workers.push(
    await startControlWorker(temporal, store, workflows),
    await startTrainingWorker(temporal, store, trainer),
  );
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await store.close();
  await temporal.close();
});

const axes = { initializer: 'heNormal', activation: ['relu', 'tanh'], seed: [1, 2, 3] };

test.each([
  ['completed', sweepFile({ axes }), false],
  ['failures', sweepFile({ axes: { ...axes, depth: [2, 3] }, run: { failureTolerance: 0.5 } }), false],
  [
    'too-many-failures',
    sweepFile({ axes: { ...axes, depth: 3 }, run: { concurrency: 2, failureTolerance: 0.2 } }),
    false,
  ],
  ['cancelled', sweepFile({ axes: { ...axes, seed: { from: 11, count: 9 } } }), true],
  ['mistaken', sweepFile({ axes: { depth: 'deep' } }), false],
])('a sweep: %s', async (name, file, isCancelled) => {
  const workflowId = `recorded-${name}`;
  const handle = await temporal.client.workflow.start('sweep', { taskQueue: controlQueue, workflowId, args: [file] });
  if (isCancelled) {
    while ((await handle.query(progressQuery)).done < 2) await sleep(50);
    await handle.cancel();
  }
  await handle.result().catch(() => undefined);
  expect(await keep(`sweep-${name}`, workflowId)).toBeGreaterThan(5);
  if (name !== 'mistaken') {
    const { sweepId } = await handle.query(progressQuery);
    await keep(`sweepShard-${name}`, `${workflowId}/${sweepId}/shard-0`);
  }
});

test('a sweep that is steered', async () => {
  const workflowId = 'recorded-steered';
  const file = sweepFile({ axes: { ...axes, seed: [81, 82, 83] }, run: { concurrency: 2, failureTolerance: 1 } });
  trainer.epochMs = 2_000;
  const handle = await temporal.client.workflow.start('sweep', { taskQueue: controlQueue, workflowId, args: [file] });
  const request = (name: string, ...args: [] | [object]) =>
    handle.executeUpdate<unknown, [object]>(name, { args: args as [object] });
  const { sweepId } = await handle.query(progressQuery);
  while (trainer.running < 2) await sleep(20);
  await request('pause', { now: true });
  while (trainer.running > 0) await sleep(50);
  trainer.epochMs = 60;
  await request('addSeeds', { count: 1 });
  await request('addDepths', { depths: [3] });
  await request('setConcurrency', { concurrency: 3 });
  await request('resume');
  while ((await store.progress(sweepId)).states.failed < 1) await sleep(20);
  await request('pause');
  await request('retryFailed');
  await request('resume');
  await handle.result();
  expect(await keep('sweep-steered', workflowId)).toBeGreaterThan(50);
  for (let shard = 0; shard < 4; shard++) {
    await keep(`sweepShard-steered-${shard}`, `${workflowId}/${sweepId}/shard-${shard}`);
  }
});

test('a sweep with adaptive seeds', async () => {
  const workflowId = 'recorded-adaptive';
  const seeds = { until: 'decided', budget: 8, step: 2 };
  const file = {
    ...sweepFile({ axes: { ...axes, initializer: ['heNormal', 'zeros'], seed: [1, 2, 3, 4] } }),
    adaptive: { seeds },
  };
  const handle = await temporal.client.workflow.start('sweep', { taskQueue: controlQueue, workflowId, args: [file] });
  await handle.result();
  expect(await keep('sweep-adaptive', workflowId)).toBeGreaterThan(50);
});

test('a shard that continues as new', async () => {
  const spec = parseSweep(sweepFile({ axes }));
  const workflowId = 'recorded-continued';
  await store.openSweep({ id: workflowId, workflowId, spec, trialCount: 6 });
  const input = {
    sweepId: workflowId,
    spec,
    index: 0,
    from: 0,
    to: 6,
    concurrency: 2,
    trialsPerRun: 4,
    trialsPerReport: 1,
  };
  const parent = await temporal.client.workflow.start('shardParent', {
    taskQueue: controlQueue,
    workflowId,
    args: [input],
  });
  const shard = `${workflowId}/shard`;
  await parent.result();
  const last = await temporal.client.workflow.getHandle(shard).describe();
  const { firstRunId } = last.raw.workflowExecutionInfo ?? {};
  expect(firstRunId).not.toBe(last.runId);
  await keep('sweepShard-continued-first', shard, firstRunId ?? undefined);
  await keep('sweepShard-continued-last', shard, last.runId);
});

/** As `temporal workflow show` prints it; answers how many events it has. Stack traces say where this checkout lies, and change nothing in a replay. */
async function keep(name: string, workflowId: string, runId?: string): Promise<number> {
  const { path } = await findTemporal();
  const execution = ['--workflow-id', workflowId, ...(runId === undefined ? [] : ['--run-id', runId])];
  const server = ['--address', inject('temporalAddress'), '--namespace', temporal.namespace];
  const show = ['workflow', 'show', '--output', 'json', ...execution, ...server];
  const { stdout } = await promisify(execFile)(path, show, { maxBuffer: 64 * 1024 * 1024 });
  const json = JSON.parse(stdout, (key, value: unknown) => (key === 'stackTrace' ? '' : value)) as {
    events: unknown[];
  };
  const folder = new URL(`histories/${version}/`, import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(json, null, 1)}\n`);
  return json.events.length;
}
