import { sweepDefaults } from '../../core/sweep/sweep-defaults.ts';
import type { Backend, Stack } from '../../training/backend.ts';
import { chooseBackend } from '../../training/backends/choose-backend.ts';
import { loadDataset } from '../../training/datasets/load-dataset.ts';
import { createTrainer } from '../../training/stacked-trainer.ts';
import { plainBuild } from '../../core/networks/network.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';

/**
 * Which part of a trainer's time is the backend's (training, evaluation, signals for probes) and which the host's: orders
 * of examples, initial weights, probes, hashes, bookkeeping. Trials of batch 64 on the digits, default probes. Run with
 * `npx tsx bench/micro/host-share.ts [trials] [backend] [depth] [width] [epochs]`, under `node --cpu-prof --import tsx` for a profile.
 */
const { backend } = await chooseBackend(process.argv[3] ?? 'auto');
const [trials, depth, width, epochs] = [
  [2, 32],
  [4, 8],
  [5, 32],
  [6, 30],
].map(([place, otherwise]) => Number(process.argv[place!] ?? otherwise)) as [number, number, number, number];

const spent: Record<string, number> = {};

function add(name: string, durationMs: number): void {
  spent[name] = (spent[name] ?? 0) + durationMs;
}

function timed<Arguments extends unknown[], Result>(name: string, call: (...args: Arguments) => Promise<Result>) {
  return async (...args: Arguments): Promise<Result> => {
    const start = performance.now();
    const result = await call(...args);
    add(name, performance.now() - start);
    return result;
  };
}

const timedBackend: Backend = {
  ...backend,
  createStack: async (...request) => {
    const stack = await timed('createStack', () => backend.createStack(...request))();
    return {
      ...stack,
      place: (...args) => {
        const start = performance.now();
        stack.place(...args);
        add('place', performance.now() - start);
      },
      train: timed('train', (...args: Parameters<Stack['train']>) => stack.train(...args)),
      takeTrainSums: timed('takeTrainSums', (...args: Parameters<Stack['takeTrainSums']>) =>
        stack.takeTrainSums(...args),
      ),
      evaluate: timed('evaluate', (...args: Parameters<Stack['evaluate']>) => stack.evaluate(...args)),
      signals: timed('signals', (...args: Parameters<Stack['signals']>) => stack.signals(...args)),
      read: timed('read', (...args: Parameters<Stack['read']>) => stack.read(...args)),
      readParameters: timed('readParameters', (...args: Parameters<Stack['readParameters']>) =>
        stack.readParameters(...args),
      ),
    };
  },
};

const config: TrialConfig = {
  initializer: { name: 'heNormal', mode: 'fanIn', slope: 'activation' },
  activation: { name: 'relu' },
  ...plainBuild,
  depth,
  width,
  seed: 1,
  learningRate: 0.001,
  optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  batchSize: 64,
  dataset: { name: 'digits', split: 1 },
  loss: 'crossEntropy',
  epochs,
  target: null,
  stopAtTarget: true,
  probes: sweepDefaults.probes,
};

const trainer = createTrainer(timedBackend, (spec) => loadDataset(spec, { datasetFolder: null }));
const jobs = Array.from({ length: trials }, (_, seed) => ({ id: `${seed}`, config: { ...config, seed } }));
const never = new AbortController().signal;
// The first trials warm up the engine's compilers and load the data.
await trainer.train(jobs.slice(0, 8), () => {}, never);
for (const name of Object.keys(spent)) delete spent[name];
const start = performance.now();
await trainer.train(jobs, () => {}, never);
const totalMs = performance.now() - start;
await trainer.close();

const host = totalMs - Object.values(spent).reduce((sum, ms) => sum + ms, 0);
console.table(
  Object.entries({ ...spent, host, total: totalMs }).map(([part, ms]) => ({
    part,
    ms: Math.round(ms),
    'share %': Number(((100 * ms) / totalMs).toFixed(1)),
  })),
);
