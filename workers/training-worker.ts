import { hostname } from 'node:os';
import { type FixedSizeSlotSupplier, Runtime, Worker } from '@temporalio/worker';
import { tellEvent } from '../activities/tell-event.ts';
import { createTrainingActivities } from '../activities/training-activities.ts';
import { openStore } from '../storage/prisma-sweep-store.ts';
import type { Trainer } from '../training/trainer.ts';
import { trainingQueue } from '../workflows/task-queues.ts';
import type { TrainingWorkerConfig } from './config.ts';
import type { WorkerProcess } from './run-worker-process.ts';
import { collectCheckpoints } from './collect-checkpoints.ts';
import { readVersions } from './versions.ts';
import { dataConverterOf } from './payloads/data-converter.ts';
import { meterTrainer } from './metered-trainer.ts';
import { trainerSlots } from './trainer-slots.ts';
import { connect, workerSettings } from './worker-settings.ts';

/** For what a training worker never does. */
const unused: FixedSizeSlotSupplier = { type: 'fixed-size', numSlots: 1 };

/** The composition of a training worker around the trainer that `startTrainer` starts: the worker takes as many trials as that has places at the moment. */
export function composeTrainingWorker(
  startTrainer: (config: TrainingWorkerConfig) => Promise<Trainer>,
): WorkerProcess<TrainingWorkerConfig>['compose'] {
  return async (config, { logger, closeLater, plugins }) => {
    const startedAt = new Date().toISOString();
    const store = await openStore(config.databaseUrl, config.checkpoints);
    closeLater(() => store.close());
    const connection = await connect(config);
    closeLater(() => connection.close());
    const trainer = meterTrainer(await startTrainer(config), Runtime.instance().metricMeter);
    closeLater(() => trainer.close());
    const { places, description } = trainer.info;
    logger.info({ places, description }, 'trainers started');
    closeLater(collectCheckpoints(store.checkpoints, logger));
    const identity = `${process.pid}@${hostname()}`;
    const tell = (kind: 'workerStarted' | 'workerStopped', detail: string): Promise<void> =>
      tellEvent(
        store,
        { id: `${identity}/${startedAt}/${kind}`, sweepId: null, kind, detail, worker: identity },
        (error) => logger.warn({ error }, 'the dashboards could not be told of this worker'),
      );
    closeLater(() => tell('workerStopped', `Training worker ${identity} stopped.`));
    await tell('workerStarted', `Training worker ${identity} started: ${description}.`);
    return Worker.create({
      ...workerSettings,
      plugins,
      dataConverter: dataConverterOf(config.payloadKeys),
      connection,
      namespace: config.temporal.namespace,
      taskQueue: trainingQueue,
      identity,
      tuner: {
        activityTaskSlotSupplier: trainerSlots(trainer),
        workflowTaskSlotSupplier: unused,
        localActivityTaskSlotSupplier: unused,
        nexusTaskSlotSupplier: unused,
      },
      // Trials that end together make room together: a task that finds a poller waiting is never written to the queue's table.
      activityTaskPollerBehavior: { type: 'autoscaling', maximum: 64 },
      activities: createTrainingActivities({
        store,
        checkpoints: store.checkpoints,
        checkpointIntervalMs: config.checkpointIntervalMs,
        trainer,
        worker: identity,
        versions: await readVersions(),
      }),
    });
  };
}
