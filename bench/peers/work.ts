import { plainBuild } from '../../core/networks/network.ts';
import type { Optimizer, TrialConfig } from '../../core/trial/trial-config.ts';
import type { Dataset } from '../../training/datasets/dataset.ts';
import { stepsPerEpoch } from '../../training/epoch-order.ts';

/** What every system is given to do, in the same amounts: trials of one shape, trained for `epochs` epochs. */
export interface Work {
  readonly depth: number;
  readonly width: number;
  readonly layerSizes: readonly number[];
  readonly optimizer: Extract<Optimizer, { name: 'adam' | 'sgd' }>;
  readonly learningRate: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

export const batchSize = 64;

/** Trials with weights and data orders of their own; trial i of a larger number has those of i modulo this. */
export const distinctTrials = 8;

const optimizers: readonly Work['optimizer'][] = [
  { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  { name: 'sgd' },
];
const learningRates = { adam: 1e-3, sgd: 1e-2 };

/** So that 128 trials of the largest network take seconds on a core, while those of small ones are not over at once. */
const flopsOf128Trials = 40e9;
const maxEpochs = 10;

/** The shapes that docs/performance.md shows; `quick` keeps the one that its targets are stated for. Plain sgd at one depth is enough. */
export function listWork(quick: boolean, dataset: Dataset): Work[] {
  const depths = quick ? [8] : [2, 8, 20];
  const widths = quick ? [32] : [32, 64, 128];
  return optimizers
    .flatMap((optimizer) =>
      depths.flatMap((depth) => widths.map((width) => describeWork(depth, width, optimizer, dataset))),
    )
    .filter(({ depth, optimizer }) => optimizer.name === 'adam' || depth === 8);
}

function describeWork(depth: number, width: number, optimizer: Work['optimizer'], dataset: Dataset): Work {
  const layerSizes = [dataset.inputs, ...Array.from({ length: depth }, () => width), dataset.outputs];
  const steps = stepsPerEpoch(dataset.splits.train.examples, batchSize);
  const weights = layerSizes.slice(1).reduce((sum, fanOut, layer) => sum + fanOut * layerSizes[layer]!, 0);
  // Forward, gradient of the kernel, gradient of the layer's input: two operations each per weight and example.
  const epochFlops = 6 * weights * batchSize * steps;
  const epochs = Math.max(1, Math.min(maxEpochs, Math.floor(flopsOf128Trials / (128 * epochFlops))));
  return {
    depth,
    width,
    layerSizes,
    optimizer,
    learningRate: learningRates[optimizer.name],
    epochs,
    stepsPerEpoch: steps,
  };
}

/** The trial of this number as our trainer knows it. */
export function trialConfig(work: Work, trial: number): TrialConfig {
  return {
    initializer: { name: 'heNormal', mode: 'fanIn', slope: 'activation' },
    activation: { name: 'relu' },
    ...plainBuild,
    depth: work.depth,
    width: work.width,
    seed: trial % distinctTrials,
    learningRate: work.learningRate,
    optimizer: work.optimizer,
    batchSize,
    dataset: { name: 'digits', split: 1 },
    loss: 'crossEntropy',
    epochs: work.epochs,
    target: null,
    stopAtTarget: false,
    probes: { epochs: [], examples: 1 },
  };
}
