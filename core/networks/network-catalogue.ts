import type { CatalogueEntry } from '../catalogue-entry.ts';
import type { Network, Normalization } from './network.ts';

/** Every network's aliases, rule, source and parameters. Plain constants: fit for a workflow's sandbox. */
export const networkCatalogue = {
  mlp: {
    aliases: ['dense'],
    rule: 'hidden layers of `width` units, each fed by all units of the one before',
    source: 'textbook',
    parameters: {},
  },
  residual: {
    aliases: ['resnet'],
    rule: 'an mlp in which the weighted sums of every `blockLayers`-th hidden layer are added to those `blockLayers` later',
    source: 'He, Zhang, Ren, Sun 2016, with the activation inside of the branch',
    parameters: {
      blockLayers: {
        meaning: 'Hidden layers that a shortcut spans; the depth is a multiple of it, twice or more.',
        default: 2,
        range: { least: 1, most: 64, whole: true },
      },
    },
  },
  convolution: {
    aliases: ['cnn'],
    rule: 'hidden layers of `width` channels at every pixel (stride 1, zeros around the image), averaged over the pixels before the output layer',
    source: 'LeCun, Bottou, Bengio, Haffner 1998; Lin, Chen, Yan 2014 for the average',
    parameters: {
      kernelSize: {
        meaning: 'Side of the square kernels, an odd number.',
        default: 3,
        range: { least: 1, most: 15, whole: true },
      },
    },
  },
} as const satisfies Record<Network['name'], CatalogueEntry>;

/** Every normalization's aliases, rule and source; each has a gain and a shift that are learned, from 1 and 0 on. */
export const normalizationCatalogue = {
  none: { aliases: [], rule: 'weighted sums go into the activation as they are', source: 'textbook', parameters: {} },
  layer: {
    aliases: ['layerNorm'],
    rule: 'over all units of a layer, example by example: mean 0 and variance 1',
    source: 'Ba, Kiros, Hinton 2016',
    parameters: {},
  },
  batch: {
    aliases: ['batchNorm'],
    rule: 'over the examples of the batch (and the pixels), unit by unit: mean 0 and variance 1',
    source: 'Ioffe, Szegedy 2015',
    parameters: {},
  },
} as const satisfies Record<Normalization['name'], CatalogueEntry>;
