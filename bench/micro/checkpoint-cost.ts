import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepDefaults } from '../../core/sweep/sweep-defaults.ts';
import { plainBuild } from '../../core/networks/network.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import { createDirectoryPlace } from '../../storage/checkpoints/directory-place.ts';
import { startTrainerProcess } from '../../training/process/trainer-process.ts';
import type { TrialCheckpoint } from '../../training/trainer.ts';
import { watchMachineTime } from '../orchestration/machine-time.ts';

/**
 * What checkpoints cost: processor time of a trainer process and of this one, which writes each to a folder, for the same trials without
 * checkpoints and with one a second; and so the share at the default interval. Adam, depth 8, digits, backend wasm. Run with
 * `npx tsx bench/micro/checkpoint-cost.ts [trials] [width] [epochs]`.
 */
const [trials, width, epochs] = [32, 32, 60].map((value, index) => Number(process.argv[2 + index] ?? value)) as [
  number,
  number,
  number,
];
const defaultIntervalMs = 30_000;
const never = new AbortController().signal;
const config: TrialConfig = {
  initializer: { name: 'heNormal', mode: 'fanIn', slope: 'activation' },
  activation: { name: 'relu' },
  ...plainBuild,
  depth: 8,
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

const folder = await mkdtemp(join(tmpdir(), 'checkpoint-cost-'));
const place = createDirectoryPlace(folder);
const trainer = await startTrainerProcess({ backend: 'wasm', datasetFolder: null });
const jobs = Array.from({ length: trials }, (_, seed) => ({ id: `${seed}`, config: { ...config, seed } }));

/** Processor seconds of the trials, and the checkpoints that were written meanwhile. */
async function measure(intervalMs: number): Promise<{ seconds: number; checkpoints: number; bytes: number }> {
  const writes: Promise<void>[] = [];
  let bytes = 0;
  const onCheckpoint = (checkpoint: TrialCheckpoint): void => {
    bytes = checkpoint.bytes.length;
    writes.push(place.put(`${checkpoint.id}/${checkpoint.step}`, checkpoint.bytes));
  };
  const watch = await watchMachineTime({ trainer: trainer.pid!, worker: process.pid });
  await trainer.train(jobs, () => {}, never, { intervalMs, onCheckpoint });
  await Promise.all(writes);
  const times = await watch.stop();
  return { seconds: times['trainer']! + times['worker']!, checkpoints: writes.length, bytes };
}

await trainer.train(jobs.slice(0, 8), () => {}, never);
const without = await measure(1e9);
const often = await measure(1_000);
const again = await measure(1e9);
await trainer.close();
await rm(folder, { recursive: true });

const trainingSeconds = (without.seconds + again.seconds) / 2;
const msEach = (1_000 * (often.seconds - trainingSeconds)) / often.checkpoints;
console.table([
  {
    width,
    trials,
    'training, s': Number(trainingSeconds.toFixed(2)),
    checkpoints: often.checkpoints,
    'KiB each': Math.round(often.bytes / 1_024),
    'ms each': Number(msEach.toFixed(2)),
    'share every 30 s, %': Number(((100 * msEach * trials) / defaultIntervalMs).toFixed(2)),
    'run-to-run, %': Number(((100 * Math.abs(without.seconds - again.seconds)) / trainingSeconds).toFixed(1)),
  },
]);
