import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { workflowsPath } from '../../workers/worker-settings.ts';
import { pauseUpdate, resumeUpdate } from '../../workflows/control-messages.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { createTestNamespace, type TestNamespace } from '../setup/test-namespace.ts';
import { createTestStore, type TestStore } from '../setup/test-store.ts';
import { ArithmeticTrainer } from './arithmetic-trainer.ts';
import { startControlWorker, startTrainingWorker } from './orchestra.ts';
import { sweepFile } from './sweep-files.ts';

let temporal: TestNamespace;
let store: TestStore;
const trainer = new ArithmeticTrainer({ epochMs: 20 });
let training: { stop(): Promise<void> };
const deploymentName = 'initsweep';

beforeAll(async () => {
  temporal = await createTestNamespace(inject('temporalAddress'));
  store = await createTestStore();
  training = await startTrainingWorker(temporal, store, trainer);
});
afterAll(async () => {
  await training.stop();
  await store.close();
  await temporal.close();
});

const controlWorker = (buildId: string) =>
  startControlWorker(temporal, store, workflowsPath, { deploymentName, buildId });

/** From now on the deployment's sweeps run on this build; tried until the server knows of its workers. */
async function makeCurrent(buildId: string): Promise<void> {
  const { namespace, connection } = temporal;
  for (;;) {
    try {
      await connection.workflowService.setWorkerDeploymentCurrentVersion({ namespace, deploymentName, buildId });
      return;
    } catch {
      await sleep(200);
    }
  }
}

test('a running sweep moves to the build that becomes current, and ends there', async () => {
  const old = await controlWorker('build-1');
  await makeCurrent('build-1');
  const handle = await temporal.client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId: `versioned-${randomUUID()}`,
    args: [sweepFile({ axes: { seed: [1, 2, 3, 4, 5] }, run: { concurrency: 2 } })],
  });
  while (trainer.begun.length < 4) await sleep(20);
  await handle.executeUpdate(pauseUpdate, { args: [{}] });
  const next = await controlWorker('build-2');
  await makeCurrent('build-2');
  await old.stop();
  try {
    await handle.executeUpdate(resumeUpdate);
    expect(await handle.result()).toMatchObject({ trials: 20, states: { converged: 20 } });
    const { events } = await handle.fetchHistory();
    const builds = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: task }) => {
      const build = task?.deploymentVersion?.buildId;
      return build ? [build] : [];
    });
    expect(builds[0]).toBe('build-1');
    expect(builds.at(-1)).toBe('build-2');
    expect(trainer.begun).toHaveLength(20);
  } finally {
    await next.stop();
  }
});
