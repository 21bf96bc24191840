import type { CatalogueEntry, CatalogueParameter } from '../catalogue-entry.ts';
import type { Optimizer } from './trial-config.ts';

type OptimizerName = Optimizer['name'];

const momentum = {
  meaning: 'Share of the last step that is kept; 1 would never forget.',
  default: 0.9,
  range: { least: 0, most: 0.9999 },
} as const satisfies CatalogueParameter;

const adam = {
  beta1: { meaning: 'Decay of the mean of the gradients.', default: 0.9, range: { least: 0, most: 0.9999 } },
  beta2: {
    meaning: 'Decay of the mean of the squared gradients.',
    default: 0.999,
    range: { least: 0, most: 0.999999 },
  },
  epsilon: {
    meaning: 'Added to the root of the mean squared gradient.',
    default: 1e-8,
    range: { least: 0, most: 1, above: true },
  },
} as const satisfies Record<string, CatalogueParameter>;

/** Every optimizer's aliases, rule, source and parameters; the learning rate is an axis of its own. */
export const optimizerCatalogue = {
  sgd: { aliases: ['gradientDescent'], rule: 'w -= rate g', source: 'Robbins, Monro 1951', parameters: {} },
  momentum: { aliases: [], rule: 'v = momentum v + g; w -= rate v', source: 'Polyak 1964', parameters: { momentum } },
  nesterov: {
    aliases: [],
    rule: 'v = momentum v + g; w -= rate (g + momentum v)',
    source: 'Nesterov 1983; Sutskever, Martens, Dahl, Hinton 2013',
    parameters: { momentum },
  },
  adam: {
    aliases: [],
    rule: 'steps by the mean gradient over its root mean square',
    source: 'Kingma, Ba 2015',
    parameters: adam,
  },
  adamw: {
    aliases: [],
    rule: 'Adam, and every weight shrinks by rate x weightDecay a step',
    source: 'Loshchilov, Hutter 2019',
    parameters: {
      ...adam,
      weightDecay: { meaning: 'Decay of the weights.', default: 0.01, range: { least: 0, most: 10 } },
    },
  },
  rmsprop: {
    aliases: [],
    rule: 'steps by the gradient over its root mean square',
    source: 'Tieleman, Hinton 2012',
    parameters: {
      decay: {
        meaning: 'Decay of the mean of the squared gradients.',
        default: 0.9,
        range: { least: 0, most: 0.9999 },
      },
      epsilon: adam.epsilon,
    },
  },
} as const satisfies Record<OptimizerName, CatalogueEntry>;

/**
 * Learning rates where a sweep names none. A momentum of 0.9 adds up to ten times the step, so its rate is a tenth of
 * plain gradient descent's; adaptive optimizers move each weight by about the rate itself.
 */
export const defaultLearningRates: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.1,
  momentum: 0.01,
  nesterov: 0.01,
  adam: 0.001,
  adamw: 0.001,
  rmsprop: 0.001,
};
