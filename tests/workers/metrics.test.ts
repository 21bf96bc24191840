import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { findFreePort } from '../../infra/local/ports.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { createTestNamespace, type TestNamespace } from '../setup/test-namespace.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

let temporal: TestNamespace;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let environment: NodeJS.ProcessEnv;
const processes: WorkerProcess[] = [];

beforeAll(async () => {
  temporal = await createTestNamespace(inject('temporalAddress'));
  database = await createTestDatabase();
  environment = {
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: temporal.namespace,
    SWEEP_BACKEND: 'cpu',
    SWEEP_TRAINERS: '1',
  };
});
afterEach(async () => {
  for (const { child } of processes) child.kill('SIGKILL');
  await Promise.all(processes.splice(0).map(({ ended }) => ended));
});
afterAll(async () => {
  await database.drop();
  await temporal.close();
});

function begin(entry: 'control' | 'training', metricsAddress: string): WorkerProcess {
  const worker = startWorkerProcess(entry, { ...environment, SWEEP_METRICS: metricsAddress });
  processes.push(worker);
  return worker;
}

/** Sample lines of what Prometheus would read. */
async function scrape(address: string): Promise<string[]> {
  const response = await fetch(`http://${address}/metrics`);
  expect(response.status).toBe(200);
  return (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('metrics of a worker', () => {
  test('tell Prometheus of its trials, and what the SDK measures', async () => {
    const control = `127.0.0.1:${await findFreePort(19_100)}`;
    const training = `127.0.0.1:${await findFreePort(19_200)}`;
    await Promise.all([begin('control', control), begin('training', training)].map(({ ready }) => ready));
    await temporal.client.workflow.execute<typeof sweep>('sweep', {
      taskQueue: controlQueue,
      workflowId: 'metered',
      args: [
        {
          name: 'metered',
          axes: { initializer: 'heNormal', activation: 'relu', depth: 2, seed: [1, 2] },
          training: { width: 8, epochs: 3, batchSize: 64, target: null },
        },
      ],
    });

    const lines = await scrape(training);
    const ours = lines.filter((line) => line.startsWith('initsweep_')).map((line) => line.replace(/\{.*\}/, ''));
    expect(lines).toContain('initsweep_trials_ended_total{outcome="notConverged",worker="training"} 2');
    expect(ours).toContain('initsweep_epochs_trained_total 6');
    // 22 whole batches of 64 in the digits' training split.
    expect(ours).toContain(`initsweep_steps_trained_total ${2 * 3 * 22}`);
    expect(ours).toContain('initsweep_trials_running 0');
    expect(ours).toContain('initsweep_trial_duration_seconds_count 2');
    expect(lines.some((line) => line.startsWith('temporal_activity_execution_latency_seconds_count'))).toBe(true);
    expect((await scrape(control)).some((line) => line.startsWith('temporal_workflow_completed_total'))).toBe(true);
  }, 120_000);

  test('at an address that is taken end the worker with a word about it', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    try {
      const worker = begin('control', `127.0.0.1:${address.port}`);

      expect(await worker.ended).toBe(2);
      expect(worker.log()).toContain(`SWEEP_METRICS: 127.0.0.1:${address.port} cannot be listened on`);
    } finally {
      other.close();
    }
  });
});
