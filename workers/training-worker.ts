import { hostname } from 'node:os';
import { Runtime, Worker } from '@temporalio/worker';
import { createTrainingActivities } from '../activities/training-activities.ts';
import { openStore } from '../storage/prisma-sweep-store.ts';
import type { Trainer } from '../training/trainer.ts';
import { trainingQueue } from '../workflows/task-queues.ts';
import type { TrainingWorkerConfig } from './config.ts';
import type { WorkerProcess } from './run-worker-process.ts';
import { readVersions } from './versions.ts';
import { dataConverterOf } from './payloads/data-converter.ts';
import { meterTrainer } from './metered-trainer.ts';
import { connect, workerSettings } from './worker-settings.ts';

/** The composition of a training worker around the trainer that `startTrainer` starts: the worker takes as many trials as that has places. */
export function composeTrainingWorker(
  startTrainer: (config: TrainingWorkerConfig) => Promise<Trainer>,
): WorkerProcess<TrainingWorkerConfig>['compose'] {
  return async (config, { logger, closeLater }) => {
    const store = await openStore(config.databaseUrl);
    closeLater(() => store.close());
    const connection = await connect(config);
    closeLater(() => connection.close());
    const trainer = meterTrainer(await startTrainer(config), Runtime.instance().metricMeter);
    closeLater(() => trainer.close());
    const { places, description } = trainer.info;
    logger.info({ places, description }, 'trainers started');
    const identity = `${process.pid}@${hostname()}`;
    return Worker.create({
      ...workerSettings,
      dataConverter: dataConverterOf(config.payloadKeys),
      connection,
      namespace: config.temporal.namespace,
      taskQueue: trainingQueue,
      identity,
      maxConcurrentActivityTaskExecutions: places,
      // Trials that end together make room together: a task that finds a poller waiting is never written to the queue's table.
      activityTaskPollerBehavior: { type: 'autoscaling', maximum: 64 },
      activities: createTrainingActivities({ store, trainer, worker: identity, versions: await readVersions() }),
    });
  };
}
