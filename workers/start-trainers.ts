import { availableParallelism } from 'node:os';
import { startTrainerPool } from '../training/process/trainer-pool.ts';
import { startTrainerProcess } from '../training/process/trainer-process.ts';
import type { Trainer } from '../training/trainer.ts';
import type { TrainingWorkerConfig } from './config.ts';

/**
 * The trainer processes of a training worker. Where nobody says how many: one for the GPU, whose stacks fill it; else one a core, for
 * the other backends compute on one. Throws UserError when the backend asked for cannot be had.
 */
export async function startTrainers(config: TrainingWorkerConfig): Promise<Trainer> {
  const settings = { backend: config.backend, datasetFolder: config.datasetFolder ?? null };
  return startTrainerPool(config.trainers ?? (await suitableProcesses(settings)), settings);
}

async function suitableProcesses(settings: Parameters<typeof startTrainerProcess>[0]): Promise<number> {
  const probe = await startTrainerProcess(settings);
  await probe.close();
  return probe.info.backend === 'cuda' ? 1 : availableParallelism();
}
