import { readTrainingConfig } from './config.ts';
import { runWorkerProcess } from './run-worker-process.ts';
import { startTrainers } from './start-trainers.ts';
import { composeTrainingWorker } from './training-worker.ts';

/** Entry point of a training worker: trains trials in trainer processes beside its event loop. */
await runWorkerProcess({
  name: 'training',
  readConfig: readTrainingConfig,
  compose: composeTrainingWorker(startTrainers),
});
