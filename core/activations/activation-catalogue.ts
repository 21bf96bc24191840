import type { CatalogueEntry } from '../catalogue-entry.ts';
import type { ActivationName } from './activation.ts';

/** Every activation's aliases, formula, source and parameters. Plain constants: fit for a workflow's sandbox. */
export const activationCatalogue = {
  relu: {
    aliases: ['rectifier'],
    rule: 'f(z) = max(z, 0)',
    source: 'Nair, Hinton 2010',
    parameters: {},
  },
  leakyRelu: {
    aliases: ['lrelu'],
    rule: 'f(z) = z for z > 0, else slope z',
    source: 'Maas, Hannun, Ng 2013',
    parameters: { slope: { meaning: 'Slope of the negative side.', default: 0.01, range: { least: -1, most: 1 } } },
  },
  elu: {
    aliases: [],
    rule: 'f(z) = z for z > 0, else alpha (exp(z) - 1)',
    source: 'Clevert, Unterthiner, Hochreiter 2015',
    parameters: {
      alpha: { meaning: 'Depth of the negative side.', default: 1, range: { least: 0, most: 10, above: true } },
    },
  },
  selu: {
    aliases: [],
    rule: 'f(z) = 1.0507 z for z > 0, else 1.0507 * 1.6733 (exp(z) - 1)',
    source: 'Klambauer, Unterthiner, Mayr, Hochreiter 2017',
    parameters: {},
  },
  gelu: {
    aliases: [],
    rule: 'f(z) = z (1 + erf(z / sqrt 2)) / 2, the exact form',
    source: 'Hendrycks, Gimpel 2016',
    parameters: {},
  },
  swish: {
    aliases: ['silu'],
    rule: 'f(z) = z / (1 + exp(-z))',
    source: 'Hendrycks, Gimpel 2016; Ramachandran, Zoph, Le 2017',
    parameters: {},
  },
  softplus: {
    aliases: [],
    rule: 'f(z) = log(1 + exp(z))',
    source: 'Dugas, Bengio, Belisle, Nadeau, Garcia 2000',
    parameters: {},
  },
  softsign: {
    aliases: [],
    rule: 'f(z) = z / (1 + |z|)',
    source: 'Bergstra, Desjardins, Lamblin, Bengio 2009',
    parameters: {},
  },
  tanh: {
    aliases: [],
    rule: 'f(z) = tanh(z)',
    source: 'LeCun, Bottou, Orr, Mueller 1998',
    parameters: {},
  },
  hardTanh: {
    aliases: [],
    rule: 'f(z) = min(max(z, -1), 1)',
    source: 'Collobert 2004',
    parameters: {},
  },
  sigmoid: {
    aliases: ['logistic'],
    rule: 'f(z) = 1 / (1 + exp(-z))',
    source: 'Rumelhart, Hinton, Williams 1986',
    parameters: {},
  },
  linear: {
    aliases: [],
    rule: 'f(z) = z',
    source: 'Saxe, McClelland, Ganguli 2013, for deep linear networks',
    parameters: {},
  },
} as const satisfies Record<ActivationName, CatalogueEntry>;
