import { readTrainingConfig } from '../../workers/config.ts';
import { runWorkerProcess } from '../../workers/run-worker-process.ts';
import { startTrainers } from '../../workers/start-trainers.ts';
import { composeTrainingWorker } from '../../workers/training-worker.ts';

/** A training worker that takes 100 trials at once, whatever its trainer gains from so many. */
await runWorkerProcess({
  name: 'training',
  readConfig: readTrainingConfig,
  compose: composeTrainingWorker(async (config) => {
    const trainer = await startTrainers(config);
    return { ...trainer, info: { ...trainer.info, places: 100 } };
  }),
});
