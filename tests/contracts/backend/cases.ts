import type { Activation } from '../../../core/activations/activation.ts';
import type { ImageSize, Network, Normalization } from '../../../core/networks/network.ts';
import { randomStream } from '../../../core/random/random-stream.ts';
import { networkLabel } from '../../../core/trial/labels.ts';
import type { Loss, Optimizer } from '../../../core/trial/trial-config.ts';
import type { SlotState, StackShape } from '../../../training/backend.ts';
import type { Dataset } from '../../../training/datasets/dataset.ts';
import { taskOf } from '../../../training/losses.ts';
import { parameterLayout } from '../../../training/parameter-layout.ts';
import { randomDataset, type RandomDatasetOptions } from './random-dataset.ts';

export const losses: readonly Loss[] = ['crossEntropy', 'meanSquaredError', 'huber'];

/** Every optimizer; adam and its kin with the usual epsilon and with one so large that its place in the formula shows. */
export const optimizers: readonly Optimizer[] = [
  { name: 'sgd' },
  { name: 'momentum', momentum: 0.9 },
  { name: 'nesterov', momentum: 0.8 },
  { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  { name: 'adam', beta1: 0.8, beta2: 0.95, epsilon: 0.02 },
  { name: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.3 },
  { name: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 0.02, weightDecay: 0.3 },
  { name: 'rmsprop', decay: 0.9, epsilon: 1e-7 },
  { name: 'rmsprop', decay: 0.99, epsilon: 0.02 },
];

/** Neither square nor of one channel, so that no axis can be taken for another. */
const testImage: ImageSize = { height: 3, width: 4, channels: 2 };

/** Networks beyond the plain one, each with a depth that it can have. */
export const builds: readonly Required<Pick<ShapeOptions, 'network' | 'normalization' | 'widths'>>[] = [
  { network: { name: 'mlp' }, normalization: 'layer', widths: [5, 5] },
  { network: { name: 'mlp' }, normalization: 'batch', widths: [5, 5] },
  { network: { name: 'mlp' }, normalization: 'layer', widths: [33, 17] },
  { network: { name: 'residual', blockLayers: 1 }, normalization: 'batch', widths: [17, 17] },
  { network: { name: 'residual', blockLayers: 1 }, normalization: 'none', widths: [5, 5, 5] },
  { network: { name: 'residual', blockLayers: 2 }, normalization: 'none', widths: [5, 5, 5, 5, 5, 5] },
  { network: { name: 'residual', blockLayers: 2 }, normalization: 'layer', widths: [5, 5, 5, 5] },
  { network: { name: 'residual', blockLayers: 2 }, normalization: 'batch', widths: [5, 5, 5, 5] },
  { network: { name: 'convolution', kernelSize: 3 }, normalization: 'none', widths: [4, 4] },
  { network: { name: 'convolution', kernelSize: 1 }, normalization: 'none', widths: [4] },
  { network: { name: 'convolution', kernelSize: 5 }, normalization: 'layer', widths: [4, 4] },
  { network: { name: 'convolution', kernelSize: 3 }, normalization: 'batch', widths: [4, 4] },
  { network: { name: 'convolution', kernelSize: 3 }, normalization: 'layer', widths: [17, 20] },
  { network: { name: 'convolution', kernelSize: 3 }, normalization: 'none', widths: [32, 9] },
];

export const buildTitle = ({ network, normalization = 'none' }: Omit<ShapeOptions, 'optimizer'>): string =>
  `${network ? networkLabel(network) : 'mlp'}, ${normalization} normalization`;

export interface ShapeOptions {
  readonly inputs?: number;
  readonly outputs?: number;
  readonly widths?: readonly number[];
  readonly activation?: Activation;
  readonly loss?: Loss;
  readonly batchSize?: number;
  readonly optimizer?: Optimizer['name'];
  readonly network?: Network;
  readonly normalization?: Normalization['name'];
}

/** A shape and a data set that fits it. */
export function shapeAndData(
  options: ShapeOptions = {},
  data: Pick<RandomDatasetOptions, 'examples' | 'seed'> = {},
): { shape: StackShape; dataset: Dataset } {
  const {
    outputs = 3,
    widths = [5, 5],
    loss = 'crossEntropy',
    network = { name: 'mlp' },
    normalization = 'none',
  } = options;
  const image = network.name === 'convolution' ? testImage : null;
  const inputs = image ? image.height * image.width * image.channels : (options.inputs ?? 6);
  return {
    shape: {
      layerSizes: [inputs, ...widths, outputs],
      network,
      normalization: { name: normalization },
      image,
      activation: options.activation ?? { name: 'tanh' },
      loss,
      batchSize: options.batchSize ?? 8,
      optimizer: options.optimizer ?? 'sgd',
    },
    dataset: randomDataset({ task: taskOf(loss), inputs, outputs, image, ...data }),
  };
}

/** Parameters of a network that is neither dead nor saturated: sd 1.2 / sqrt(fanIn), small biases, gains around 1. */
export function randomState(shape: StackShape, seed: number, optimizer: Optimizer, learningRate = 0.05): SlotState {
  const { count, layers } = parameterLayout(shape);
  const parameters = new Float32Array(count);
  layers.forEach(({ fanIn, units, kernel, bias, gain }, layer) => {
    randomStream(seed, 'kernel', layer).fillNormal(parameters.subarray(kernel, bias), 0, 1.2 / Math.sqrt(fanIn));
    randomStream(seed, 'bias', layer).fillNormal(parameters.subarray(bias, bias + units), 0, 0.1);
    if (gain !== null) randomStream(seed, 'gain', layer).fillNormal(parameters.subarray(gain, gain + units), 1, 0.1);
  });
  return { parameters, moments: null, step: 0, learningRate, optimizer };
}

/** Rows of `steps` batches [steps, batchSize]; step s of a seed is the same however many are asked for. */
export function randomBatches(
  seed: number,
  firstStep: number,
  steps: number,
  batchSize: number,
  examples: number,
): Uint32Array {
  const rows = new Uint32Array(steps * batchSize);
  for (let step = 0; step < steps; step++) {
    const stream = randomStream(seed, 'batch', firstStep + step);
    for (let b = 0; b < batchSize; b++) rows[step * batchSize + b] = stream.integer(examples);
  }
  return rows;
}

/** |a - b| / |b| in the Euclidean norm. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return actual.length === expected.length ? Math.sqrt(difference / Math.max(norm, 1e-30)) : Infinity;
}
