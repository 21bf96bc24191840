import { hostname } from 'node:os';
import { Worker } from '@temporalio/worker';
import { createTrainingActivities } from '../activities/training-activities.ts';
import { openStore } from '../storage/prisma-sweep-store.ts';
import { trainingQueue } from '../workflows/task-queues.ts';
import { readTrainingConfig } from './config.ts';
import { runWorkerProcess } from './run-worker-process.ts';
import { startTrainers } from './start-trainers.ts';
import { readVersions } from './versions.ts';
import { connect, workerSettings } from './worker-settings.ts';

/** Entry point of a training worker: trains trials in trainer processes beside its event loop. */
await runWorkerProcess({
  name: 'training',
  readConfig: readTrainingConfig,
  async compose(config, { logger, closeLater }) {
    const store = await openStore(config.databaseUrl);
    closeLater(() => store.close());
    const connection = await connect(config);
    closeLater(() => connection.close());
    const trainer = await startTrainers(config);
    closeLater(() => trainer.close());
    const { places, description } = trainer.info;
    logger.info({ places, description }, 'trainers started');
    const identity = `${process.pid}@${hostname()}`;
    return Worker.create({
      ...workerSettings,
      connection,
      namespace: config.temporal.namespace,
      taskQueue: trainingQueue,
      identity,
      maxConcurrentActivityTaskExecutions: places,
      activities: createTrainingActivities({ store, trainer, worker: identity, versions: await readVersions() }),
    });
  },
});
