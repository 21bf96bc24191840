import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { findFreePort } from '../../infra/local/ports.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { useWorkerProcesses } from './use-worker-processes.ts';

const workers = useWorkerProcesses({ SWEEP_BACKEND: 'cpu' });

const begin = (entry: 'control' | 'training', metricsAddress: string) =>
  workers.begin(entry, { SWEEP_METRICS: metricsAddress });

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
    await workers.temporal.client.workflow.execute<typeof sweep>('sweep', {
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
