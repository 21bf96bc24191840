import type { Activation } from '../../../core/activations/activation.ts';
import { randomStream } from '../../../core/random/random-stream.ts';
import type { Loss, Optimizer } from '../../../core/trial/trial-config.ts';
import type { SlotState, StackShape } from '../../../training/backend.ts';
import type { Dataset } from '../../../training/datasets/dataset.ts';
import { taskOf } from '../../../training/losses.ts';
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

export interface ShapeOptions {
  readonly inputs?: number;
  readonly outputs?: number;
  readonly widths?: readonly number[];
  readonly activation?: Activation;
  readonly loss?: Loss;
  readonly batchSize?: number;
  readonly optimizer?: Optimizer['name'];
}

/** A shape and a data set that fits it. */
export function shapeAndData(
  options: ShapeOptions = {},
  data: Pick<RandomDatasetOptions, 'examples' | 'seed'> = {},
): { shape: StackShape; dataset: Dataset } {
  const { inputs = 6, outputs = 3, widths = [5, 5], loss = 'crossEntropy' } = options;
  return {
    shape: {
      layerSizes: [inputs, ...widths, outputs],
      activation: options.activation ?? { name: 'tanh' },
      loss,
      batchSize: options.batchSize ?? 8,
      optimizer: options.optimizer ?? 'sgd',
    },
    dataset: randomDataset({ task: taskOf(loss), inputs, outputs, ...data }),
  };
}

/** Parameters of a network that is neither dead nor saturated: sd 1.2 / sqrt(fanIn), small biases. */
function randomParameters(layerSizes: readonly number[], seed: number): Float32Array {
  const layers = layerSizes.slice(1).map((fanOut, layer) => {
    const fanIn = layerSizes[layer]!;
    const kernel = new Float32Array(fanIn * fanOut);
    const bias = new Float32Array(fanOut);
    randomStream(seed, 'kernel', layer).fillNormal(kernel, 0, 1.2 / Math.sqrt(fanIn));
    randomStream(seed, 'bias', layer).fillNormal(bias, 0, 0.1);
    return [...kernel, ...bias];
  });
  return Float32Array.from(layers.flat());
}

export function randomState(shape: StackShape, seed: number, optimizer: Optimizer, learningRate = 0.05): SlotState {
  return { parameters: randomParameters(shape.layerSizes, seed), moments: null, step: 0, learningRate, optimizer };
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
