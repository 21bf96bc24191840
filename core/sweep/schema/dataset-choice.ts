import { z } from 'zod';
import { datasetDefaults as defaults } from '../../trial/datasets.ts';
import type { DatasetSpec } from '../../trial/trial-config.ts';
import { namedChoice } from './named-choice.ts';
import { numberBetween, seed, wholeBetween } from './parameters.ts';

/** Forbids absolute paths, drives, backslashes and every way up, so that no sweep file reads beyond the worker's dataset folder. */
const insideFolder = /^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$))[^\\:\p{Cc}]+$/u;

const file = (what: string) =>
  z
    .string()
    .max(500)
    .regex(insideFolder, 'must be a path relative to the dataset folder, with "/" and without ".." or ":"')
    .describe(`${what}: path relative to the worker's dataset folder.`);

const split = seed('Seed of the split into training, validation and test examples.');
const examples = wholeBetween(10, 1_000_000, 'Examples before the split.');
const inputs = wholeBetween(1, 8192, 'Inputs of the network.');
const outputs = wholeBetween(1, 1000, 'Outputs of the network.');
const setSeed = seed('Seed of the set itself.');

export const datasetChoice: z.ZodType<DatasetSpec> = namedChoice<DatasetSpec>('dataset', {
  digits: {
    parameters: { split: split.default(defaults.digits.split) },
    description: '1,797 handwritten digits of 8x8 pixels, 10 classes.',
  },
  mnist: {
    parameters: { split: split.default(defaults.mnist.split) },
    description: '10,000 handwritten digits of 28x28 pixels, 10 classes.',
  },
  teacher: {
    parameters: {
      inputs: inputs.default(defaults.teacher.inputs),
      outputs: outputs.default(defaults.teacher.outputs),
      hidden: wholeBetween(1, 8192, 'Hidden units of the teacher.').default(defaults.teacher.hidden),
      examples: examples.default(defaults.teacher.examples),
      seed: setSeed.default(defaults.teacher.seed),
      split: split.default(defaults.teacher.split),
    },
    description: 'Regression on the outputs of a random network.',
  },
  spirals: {
    parameters: {
      examples: examples.default(defaults.spirals.examples),
      noise: numberBetween(0, 10, 'Standard deviation of the noise on each coordinate.').default(
        defaults.spirals.noise,
      ),
      seed: setSeed.default(defaults.spirals.seed),
      split: split.default(defaults.spirals.split),
    },
    description: 'Two spirals in the plane, 2 classes.',
  },
  gaussian: {
    parameters: {
      inputs: inputs.default(defaults.gaussian.inputs),
      outputs: outputs.default(defaults.gaussian.outputs),
      examples: examples.default(defaults.gaussian.examples),
      seed: setSeed.default(defaults.gaussian.seed),
      split: split.default(defaults.gaussian.split),
    },
    description: 'Standard normal inputs, for comparisons with theory.',
  },
  csv: {
    parameters: {
      path: file('CSV file with a header line'),
      target: z.string().min(1).max(200).describe('Name of the column to predict.'),
      task: z.enum(['classification', 'regression']).describe('Whether the target is a class or a quantity.'),
      split: split.default(defaults.csv.split),
    },
    description: 'A CSV file of your own.',
  },
  idx: {
    parameters: {
      images: file('IDX file of images'),
      labels: file('IDX file of labels'),
      split: split.default(defaults.idx.split),
    },
    description: 'A pair of IDX files, the format of MNIST.',
  },
});
