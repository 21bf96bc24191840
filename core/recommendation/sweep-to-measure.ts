import { parseInitializer } from '../sweep/parse-choice.ts';
import { usualInitializers, type DescribedNetwork } from './recommend.ts';

/** A sweep file that measures the usual initializers in a network: eight seeds a cell, so that comparisons can be decided. */
export function sweepToMeasure({
  activation,
  network,
  normalization,
  depth,
  width,
}: DescribedNetwork): Readonly<Record<string, unknown>> {
  return {
    name: `${activation.name.toLowerCase()}-depth-${depth}-width-${width}`,
    description: `Which initializer suits ${activation.name} networks of depth ${depth} and width ${width}? Use your own data where you can.`,
    axes: {
      initializer: usualInitializers.map(parseInitializer),
      activation: [activation],
      depth: [depth],
      seed: { from: 1, count: 8 },
    },
    training: {
      network,
      normalization,
      dataset: 'digits',
      width,
      batchSize: 64,
      optimizer: 'momentum',
      learningRate: 0.02,
      epochs: 30,
      target: { metric: 'validationAccuracy', threshold: 0.9 },
    },
  };
}
