import { availableParallelism } from 'node:os';
import type { TrainerSettings } from '../training/process/protocol.ts';
import { startTrainerPool } from '../training/process/trainer-pool.ts';
import { startTrainerProcess } from '../training/process/trainer-process.ts';
import type { Trainer } from '../training/trainer.ts';
import type { TrainingWorkerConfig } from './config.ts';
import { visibleGpus } from './visible-gpus.ts';

/**
 * The trainer processes of a training worker. Where nobody says how many: one for each GPU, whose stacks fill it; else one a core, for
 * the other backends compute on one. Throws UserError when the backend asked for cannot be had.
 */
export async function startTrainers(config: TrainingWorkerConfig): Promise<Trainer> {
  const settings = { backend: config.backend, datasetFolder: config.datasetFolder ?? null };
  const gpus = (await usesGpus(settings)) ? await visibleGpus(process.env) : [];
  const processes = config.trainers ?? (gpus.length || availableParallelism());
  return startTrainerPool(shareGpus(settings, processes, gpus), config.trainerSilenceMs);
}

async function usesGpus(settings: TrainerSettings): Promise<boolean> {
  if (settings.backend !== 'auto') return settings.backend === 'cuda';
  const probe = await startTrainerProcess(settings);
  await probe.close();
  return probe.info.backend === 'cuda';
}

/** Settings of so many processes, dealt out over the GPUs in turn: each process sees one. */
export function shareGpus(settings: TrainerSettings, processes: number, gpus: readonly string[]): TrainerSettings[] {
  return Array.from({ length: processes }, (_, index) => {
    const gpu = gpus[index % gpus.length];
    return gpu === undefined ? settings : { ...settings, gpu };
  });
}
