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

/** Folder of the recordings that are made now; those of earlier versions stay beside it, and go on replaying. */
const recording = 'judged';

/** Runs the workflows through their different ends and keeps each history, for replay.test.ts. */
let temporal: TestNamespace;
let store: TestStore;
const workers: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  temporal = await createTestNamespace(inject('temporalAddress'));
  store = await createTestStore();
  const trainer = new ArithmeticTrainer({
    epochMs: 60,
    failing: { depth: 3, error: new BugError('kernel 2 has no column') },
  });
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
  const folder = new URL(`histories/${recording}/`, import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(json, null, 1)}\n`);
  return json.events.length;
}
