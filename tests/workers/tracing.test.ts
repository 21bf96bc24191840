import { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTracing, type Tracing } from '../../workers/tracing/start-tracing.ts';
import { workflowsPath } from '../../workers/worker-settings.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '../setup/otlp-receiver.ts';
import { useWorkerProcesses } from './use-worker-processes.ts';

const workers = useWorkerProcesses({ SWEEP_BACKEND: 'wasm', SWEEP_CHECKPOINT_INTERVAL: '1' });
let receiver: OtlpReceiver;
let tracing: Tracing;
const troubles: string[] = [];

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.endpoint;
  tracing = await startTracing(true, 'who-starts-it', (trouble) => troubles.push(trouble));
});
afterAll(() => receiver.close());

/** Runs a sweep of one trial that takes some seconds, by workers with these settings, which have ended when this resolves. */
async function runSweep(workflowId: string, client: Client, settings: NodeJS.ProcessEnv): Promise<void> {
  const started = [workers.begin('control', settings), workers.begin('training', settings)];
  await Promise.all(started.map(({ ready }) => ready));
  const file = {
    name: workflowId,
    axes: { initializer: 'heNormal', activation: 'relu', depth: 3, width: 64, seed: 1 },
    training: { epochs: 600, target: null },
    run: { reuse: false },
  };
  const options = { taskQueue: controlQueue, workflowId, args: [file] as [unknown] };
  const result = await client.workflow.execute<typeof sweep>('sweep', options);
  expect(result).toMatchObject({ trials: 1, states: { notConverged: 1 } });
  for (const { child } of started) child.kill('SIGTERM');
  expect(await Promise.all(started.map(({ ended }) => ended))).toEqual([0, 0]);
}

test('a trace leads from who starts a sweep through its workflows to what a trial spends its time on', async () => {
  const { connection, namespace } = workers.temporal;
  const client = new Client({ connection, namespace, plugins: [...tracing.plugins] });
  await runSweep('traced', client, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  });
  await tracing.close();
  const { spans } = receiver;
  const one = (name: string): ReceivedSpan => {
    const found = spans.filter((span) => span.name === name);
    expect(found.map((span) => span.name)).toEqual([name]);
    return found[0]!;
  };

  const parentOf = ({ parentSpanId }: ReceivedSpan): ReceivedSpan | undefined =>
    spans.find(({ spanId }) => spanId === parentSpanId);
  const chain: string[] = [];
  for (let span: ReceivedSpan | undefined = one('train'); span !== undefined; span = parentOf(span)) {
    chain.push(`${span.service} ${span.name}`);
  }
  expect(chain).toEqual([
    'initsweep-training train',
    'initsweep-training RunActivity:trainTrial',
    'initsweep-control StartActivity:trainTrial',
    'initsweep-control RunWorkflow:sweepShard',
    'initsweep-control StartChildWorkflow:sweepShard',
    'initsweep-control RunWorkflow:sweep',
    'who-starts-it StartWorkflow:sweep',
  ]);
  const trial = one('RunActivity:trainTrial');
  expect(trial.attributes).toMatchObject({ 'initsweep.trial': 0, 'initsweep.attempt': 1, 'initsweep.fence': '1' });
  const [queue, claim, train, write] = ['queue', 'claim', 'train', 'write'].map(one) as [
    ReceivedSpan,
    ReceivedSpan,
    ReceivedSpan,
    ReceivedSpan,
  ];
  const saves = spans.filter(({ name }) => name === 'saveCheckpoint');
  expect(saves.length).toBeGreaterThan(0);
  for (const part of [queue, claim, train, write, ...saves, one('findCheckpoint')]) {
    expect(part).toMatchObject({ traceId: trial.traceId, isError: false });
    expect(part.endMs).toBeGreaterThanOrEqual(part.startMs);
  }
  expect([queue, claim, write].map(({ parentSpanId }) => parentSpanId)).toEqual([1, 2, 3].map(() => trial.spanId));
  expect(saves.map(({ parentSpanId }) => parentSpanId)).toEqual(saves.map(() => trial.spanId));
  // A span begins by a clock of whole milliseconds, and its end is counted from there by a finer one.
  expect(claim.endMs).toBeLessThan(train.startMs + 2);
  expect(train.endMs).toBeLessThan(write.startMs + 2);
  for (const save of saves) expect(save.startMs).toBeGreaterThan(train.startMs);
  expect(train.endMs - train.startMs).toBeGreaterThan(1_000);
  expect(troubles).toEqual([]);
}, 120_000);

test('what was recorded with traces replays without them', async () => {
  const { client } = workers.temporal;
  const histories = [];
  for await (const { workflowId } of client.workflow.list()) {
    histories.push({ workflowId, history: await client.workflow.getHandle(workflowId).fetchHistory() });
  }
  expect(histories.map(({ workflowId }) => workflowId)).toEqual(
    expect.arrayContaining(['traced', expect.stringMatching(/^traced.+/)]),
  );
  for await (const { error } of Worker.runReplayHistories({ workflowsPath }, histories)) expect(error).toBeUndefined();
});

test('nothing is sent where tracing is switched off, and a collector that is away keeps no worker from its work or its end', async () => {
  const { client } = workers.temporal;
  const before = receiver.requests;
  await runSweep('off', client, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_SDK_DISABLED: 'true' });
  expect(receiver.requests).toBe(before);

  const startedAt = performance.now();
  await runSweep('away', client, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  expect(performance.now() - startedAt).toBeLessThan(60_000);
}, 120_000);
