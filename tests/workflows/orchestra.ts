import { Worker, type WorkerInterceptors } from '@temporalio/worker';
import { createControlActivities } from '../../activities/control-activities.ts';
import { createTrainingActivities } from '../../activities/training-activities.ts';
import { defaultLimits } from '../../core/sweep/limits.ts';
import type { OpenStore } from '../../storage/prisma-sweep-store.ts';
import type { SweepStore } from '../../storage/sweep-store.ts';
import type { Trainer } from '../../training/trainer.ts';
import { workerSettings, workflowsPath } from '../../workers/worker-settings.ts';
import { type DeploymentVersion, versioningOf } from '../../workers/worker-versioning.ts';
import { controlQueue, trainingQueue } from '../../workflows/task-queues.ts';
import type { TestNamespace } from '../setup/test-namespace.ts';

/** Runs a control worker in this process until `stop` is called; `path` is what it bundles as workflows. */
export async function startControlWorker(
  { connection, namespace }: TestNamespace,
  store: SweepStore,
  path: string = workflowsPath,
  version: DeploymentVersion | null = null,
  interceptors: WorkerInterceptors = {},
) {
  const worker = await Worker.create({
    ...workerSettings,
    ...versioningOf(version),
    connection,
    namespace,
    taskQueue: controlQueue,
    identity: 'control',
    workflowsPath: path,
    interceptors,
    activities: createControlActivities({ store, limits: defaultLimits }),
  });
  return runUntilStopped(worker);
}

/** Runs a training worker in this process until `stop` is called. */
export async function startTrainingWorker(
  { connection, namespace }: TestNamespace,
  store: OpenStore,
  trainer: Trainer,
) {
  const worker = await Worker.create({
    ...workerSettings,
    shutdownGraceTime: '1 s',
    maxHeartbeatThrottleInterval: '300 ms',
    connection,
    namespace,
    taskQueue: trainingQueue,
    identity: 'training',
    maxConcurrentActivityTaskExecutions: trainer.info.places,
    activities: createTrainingActivities({
      store,
      checkpoints: store.checkpoints,
      checkpointIntervalMs: 60_000,
      trainer,
      worker: 'test',
      versions: { initsweep: 'test' },
    }),
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
