import { randomStream, type RandomStream } from '../../core/random/random-stream.ts';
import type { DatasetSpec } from '../../core/trial/trial-config.ts';
import { requireFeatureCount, type RawDataset } from './raw-dataset.ts';

type SpecOf<Name extends DatasetSpec['name']> = Extract<DatasetSpec, { name: Name }>;

/**
 * Regression on a fixed random network: x ~ N(0, 1), y = V tanh(W x) with W ~ N(0, 1 / inputs) [inputs, hidden] and
 * V ~ N(0, 1 / hidden) [hidden, outputs], without noise: a student with `hidden` tanh units in one layer can reach loss 0.
 */
export function makeTeacher({ inputs, outputs, hidden, examples, seed }: SpecOf<'teacher'>): RawDataset {
  requireFeatureCount('teacher', examples, Math.max(inputs, hidden, outputs));
  const features = gaussian(randomStream(seed, 'teacher', 'inputs'), examples * inputs);
  const hiddenKernel = gaussian(randomStream(seed, 'teacher', 'kernel', 1), inputs * hidden, 1 / Math.sqrt(inputs));
  const outputKernel = gaussian(randomStream(seed, 'teacher', 'kernel', 2), hidden * outputs, 1 / Math.sqrt(hidden));
  const activations = multiply(features, hiddenKernel, examples, inputs, hidden).map(Math.tanh);
  const targets = multiply(activations, outputKernel, examples, hidden, outputs);
  return { examples, inputs, outputs, features, targets, scaling: 'perFeature' };
}

/** Turns of each arm; a choice between what a small network learns at once and Lang and Witbrock's (1988) three. */
const turns = 1.5;

/**
 * Two spirals (after Lang and Witbrock 1988): classes 0 and 1 are arms half a turn apart that run from the centre to radius 1,
 * evenly dense along the arm up to the curve's widening; `noise` is the standard deviation added to both coordinates.
 */
export function makeSpirals({ examples, noise, seed }: SpecOf<'spirals'>): RawDataset {
  requireFeatureCount('spirals', examples, 2);
  const stream = randomStream(seed, 'spirals');
  const features = new Float64Array(examples * 2);
  const targets = Int32Array.from({ length: examples }, (_, example) => example % 2);
  targets.forEach((arm, example) => {
    const radius = Math.sqrt(stream.uniform());
    const angle = 2 * Math.PI * turns * radius + Math.PI * arm;
    features[example * 2] = radius * Math.cos(angle) + noise * stream.normal();
    features[example * 2 + 1] = radius * Math.sin(angle) + noise * stream.normal();
  });
  return { examples, inputs: 2, outputs: 2, features, targets, scaling: 'perFeature' };
}

/**
 * Inputs and targets, all independent N(0, 1): nothing to learn, and just what mean-field theory assumes of a
 * network's input. For measurements at initialization.
 */
export function makeGaussian({ inputs, outputs, examples, seed }: SpecOf<'gaussian'>): RawDataset {
  requireFeatureCount('gaussian', examples, Math.max(inputs, outputs));
  const features = gaussian(randomStream(seed, 'gaussian', 'inputs'), examples * inputs);
  const targets = gaussian(randomStream(seed, 'gaussian', 'targets'), examples * outputs);
  return { examples, inputs, outputs, features, targets, scaling: 'perFeature' };
}

function gaussian(stream: RandomStream, count: number, sd = 1): Float64Array {
  return new Float64Array(count).map(() => sd * stream.normal());
}

/** [rows, inner] times [inner, columns]. */
function multiply(left: Float64Array, right: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const product = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = left[row * inner + k]!;
      for (let column = 0; column < columns; column++) {
        product[row * columns + column]! += factor * right[k * columns + column]!;
      }
    }
  }
  return product;
}
