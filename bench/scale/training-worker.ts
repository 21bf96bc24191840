import { readTrainingConfig } from '../../workers/config.ts';
import { runWorkerProcess } from '../../workers/run-worker-process.ts';
import { composeTrainingWorker } from '../../workers/training-worker.ts';
import { InstantTrainer } from './instant-trainer.ts';

/** Entry point of a training worker like workers/training.ts, around a trainer that trains nothing. The argument is its places. */
await runWorkerProcess({
  name: 'training',
  readConfig: readTrainingConfig,
  compose: composeTrainingWorker(() => Promise.resolve(new InstantTrainer(Number(process.argv[2])))),
});
