import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Resource } from '@opentelemetry/resources';
import { NoopSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';
import { DefaultLogger, type ReplayResult, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, expect, test } from 'vitest';
import { workflowsPath } from '../../workers/worker-settings.ts';

const folder = fileURLToPath(new URL('histories/', import.meta.url));
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .sort();

beforeAll(() => {
  // The runtime complains about a violation, which here is what a test waits for.
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF' } },
  });
});

interface RecordedHistory {
  readonly events: readonly { readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string } }[];
}

/** Replays every recorded history; no server takes part. */
async function replayAll(path: string, plugins: OpenTelemetryPlugin[] = []): Promise<ReplayResult[]> {
  const histories = names.map((name) => {
    const history = JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as RecordedHistory;
    // The id that was recorded, for the ids of children derive from it.
    return { workflowId: history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '', history };
  });
  const results: ReplayResult[] = [];
  for await (const result of Worker.runReplayHistories({ workflowsPath: path, plugins }, histories))
    results.push(result);
  return results;
}

const ends = [
  'sweep-cancelled',
  'sweep-completed',
  'sweep-failures',
  'sweep-mistaken',
  'sweep-too-many-failures',
  'sweepShard-cancelled',
  'sweepShard-completed',
  'sweepShard-continued-first',
  'sweepShard-continued-last',
  'sweepShard-failures',
  'sweepShard-too-many-failures',
];
const steered = ['sweep-steered', ...[0, 1, 2, 3].map((shard) => `sweepShard-steered-${shard}`)];

test('histories of every way a sweep and a shard can go are recorded, of each version', () => {
  const recorded = [
    ...ends.map((name) => `1/${name}.json`),
    ...ends.map((name) => `2/${name}.json`),
    ...[...ends, ...steered, 'sweep-adaptive'].map((name) => `3/${name}.json`),
  ];
  expect(names).toEqual(recorded.sort());
});

test('the workflows replay every recorded history', async () => {
  const results = await replayAll(workflowsPath);

  expect(results).toHaveLength(names.length);
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
});

test('traced workflows replay every recorded history, which none of them recorded', async () => {
  const tracing = new OpenTelemetryPlugin({ resource: Resource.empty(), spanProcessor: new NoopSpanProcessor() });
  const results = await replayAll(workflowsPath, [tracing]);

  expect(results).toHaveLength(names.length);
  expect(results.filter(({ error }) => error !== undefined)).toEqual([]);
});

test('a changed workflow is caught by every history that it breaks', async () => {
  const results = await replayAll(fileURLToPath(new URL('changed-workflows.ts', import.meta.url)));
  const caught = results.filter(({ error }) => error instanceof DeterminismViolationError);

  expect(caught.map(({ workflowId }) => workflowId)).toEqual(results.map(({ workflowId }) => workflowId));
});
