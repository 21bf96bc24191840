import { randomUUID } from 'node:crypto';
import { bundleWorkflowCode, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { createControlActivities } from '../../activities/control-activities.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import { defaultLimits } from '../../core/sweep/limits.ts';
import type { SweepStore } from '../../storage/sweep-store.ts';
import type { Trainer } from '../../training/trainer.ts';
import { workerSettings, workflowsPath } from '../../workers/worker-settings.ts';
import { controlQueue, trainingQueue } from '../../workflows/task-queues.ts';
import type { TestNamespace } from '../setup/test-namespace.ts';

let bundle: Promise<WorkflowBundleWithSourceMap> | null = null;

/** The bundle of the project's workflows, made once a test file. */
export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  bundle ??= bundleWorkflowCode({ workflowsPath });
  return bundle;
}

/** Runs a control worker in this process until `stop` is called. */
export async function startControlWorker({ connection, namespace }: TestNamespace, store: SweepStore) {
  const worker = await Worker.create({
    ...workerSettings,
    connection,
    namespace,
    taskQueue: controlQueue,
    workflowBundle: await workflowBundle(),
    activities: createControlActivities({ store, limits: defaultLimits }),
  });
  return runUntilStopped(worker);
}

/** Runs a training worker in this process until `stop` is called. */
export async function startTrainingWorker(
  { connection, namespace }: TestNamespace,
  store: SweepStore,
  trainer: Trainer,
) {
  const worker = await Worker.create({
    ...workerSettings,
    shutdownGraceTime: '1 s',
    maxHeartbeatThrottleInterval: '300 ms',
    connection,
    namespace,
    taskQueue: trainingQueue,
    identity: `training-${randomUUID()}`,
    maxConcurrentActivityTaskExecutions: trainer.info.places,
    activities: createTrainingActivities({ store, trainer, worker: 'test', versions: { initsweep: 'test' } }),
  });
  return runUntilStopped(worker);
}

function runUntilStopped(worker: Worker): { stop(): Promise<void> } {
  const run = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await run;
    },
  };
}
