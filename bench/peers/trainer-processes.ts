import { setMaxListeners } from 'node:events';
import type { BackendChoice } from '../../training/backends/choose-backend.ts';
import { poolTrainers } from '../../training/process/trainer-pool.ts';
import { startTrainerProcess } from '../../training/process/trainer-process.ts';
import type { TrialOutcome } from '../../training/trainer.ts';
import type { Losses, Processes } from './contender.ts';
import { pinToCore } from './cores.ts';
import { distinctTrials, trialConfig } from './work.ts';

const never = new AbortController().signal;
// Each trial of a call listens.
setMaxListeners(0, never);

/** Our trainer as a training worker runs it: `count` trainer processes behind the pool, each on a core of its own. */
export async function startTrainerProcesses(backend: BackendChoice, count: number): Promise<Processes> {
  const started = performance.now();
  const settings = { backend, datasetFolder: null };
  const trainers = await Promise.all(Array.from({ length: count }, () => startTrainerProcess(settings)));
  const startSeconds = (performance.now() - started) / 1_000;
  const pids = trainers.map(({ pid }) => pid!);
  await Promise.all(pids.map((pid, core) => pinToCore(pid, core)));
  const pool = poolTrainers(trainers, () => startTrainerProcess(settings));
  let calls = 0;

  return {
    pids,
    startSeconds,

    async prepare(work) {
      const start = performance.now();
      await pool.train([{ id: `prepare-${calls++}`, config: { ...trialConfig(work, 0), epochs: 1 } }], () => {}, never);
      return (performance.now() - start) / 1_000;
    },

    async run(work, stack, trials) {
      const call = calls++;
      const losses = Array.from({ length: Math.min(trials, distinctTrials) }, () => emptyLosses());
      const train = async (numbers: readonly number[]): Promise<void> => {
        const jobs = numbers.map((trial) => ({ id: `${call}-${trial}`, config: trialConfig(work, trial) }));
        const outcomes = await pool.train(
          jobs,
          ({ id, epoch }) => {
            const record = losses[Number(id.split('-')[1])];
            if (epoch.epoch === 0 || !record) return;
            record.train.push(epoch.trainLoss ?? NaN);
            record.validation.push(epoch.validationLoss ?? NaN);
          },
          never,
        );
        outcomes.forEach((outcome, index) => {
          const record = losses[numbers[index]!];
          if (record) record.test = testLoss(outcome);
        });
      };
      const start = performance.now();
      if (stack === 1) {
        // Each lane holds one trial at a time: as many lanes as processes.
        const numbers = Array.from({ length: trials }, (_, trial) => trial).values();
        const lane = async (): Promise<void> => {
          for (const trial of numbers) await train([trial]);
        };
        await Promise.all(Array.from({ length: count }, lane));
      } else {
        for (let first = 0; first < trials; first += stack) {
          await train(Array.from({ length: Math.min(stack, trials - first) }, (_, index) => first + index));
        }
      }
      return { seconds: (performance.now() - start) / 1_000, losses };
    },

    close: () => pool.close(),
  };
}

function emptyLosses(): { train: number[]; validation: number[]; test: number } {
  return { train: [], validation: [], test: NaN };
}

function testLoss(outcome: TrialOutcome): Losses['test'] {
  if ('error' in outcome) throw outcome.error;
  return outcome.result.testLoss ?? NaN;
}
