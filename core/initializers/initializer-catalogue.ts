import type { CatalogueEntry, CatalogueParameter } from '../catalogue-entry.ts';
import type { InitializerName } from './initializer.ts';

const gain = {
  meaning:
    'Factor on the standard deviation: a number, the conventional gain of the activation, or the gain that keeps the second moment.',
  default: 1,
  range: { least: 0, most: 1000, above: true },
  words: ['conventional', 'secondMoment'],
} as const satisfies CatalogueParameter;

const sd = {
  meaning: 'Standard deviation of the weights.',
  range: { least: 0, most: 1000, above: true },
} as const satisfies CatalogueParameter;

const he = {
  mode: {
    meaning: 'Which side of the layer keeps its size: activations or gradients.',
    default: 'fanIn',
    words: ['fanIn', 'fanOut'],
  },
  slope: {
    meaning: 'Negative slope a of the activation; "activation" takes it from leakyRelu, and 0 from the others.',
    default: 'activation',
    range: { least: -1, most: 1 },
    words: ['activation'],
  },
} as const satisfies Record<string, CatalogueParameter>;

const sigmaB = {
  meaning: 'Standard deviation of the biases.',
  default: 0,
  range: { least: 0, most: 10 },
} as const satisfies CatalogueParameter;

const LECUN = 'LeCun, Bottou, Orr, Mueller 1998';
const GLOROT = 'Glorot, Bengio 2010';
const HE = 'He, Zhang, Ren, Sun 2015';
const CUT = 'normal cut at 2 standard deviations and widened to that variance';

/** Every initializer's aliases, rule, source and parameters. Plain constants: fit for a workflow's sandbox. */
export const initializerCatalogue = {
  zeros: {
    aliases: ['zero'],
    rule: 'every weight 0: units stay identical',
    source: 'textbook',
    parameters: {},
  },
  constant: {
    aliases: [],
    rule: 'every weight `value`: units of a layer stay identical',
    source: 'textbook',
    parameters: { value: { meaning: 'Value of every weight.', range: { least: -1000, most: 1000 } } },
  },
  normal: {
    aliases: ['gaussian', 'randomNormal'],
    rule: 'N(0, sd^2), blind to the size of the layer',
    source: 'baseline; sd 0.01 in Krizhevsky, Sutskever, Hinton 2012',
    parameters: { sd },
  },
  truncatedNormal: {
    aliases: [],
    rule: `variance sd^2, ${CUT}`,
    source: 'common practice',
    parameters: { sd },
  },
  uniform: {
    aliases: ['randomUniform'],
    rule: 'U(-limit, limit), blind to the size of the layer',
    source: 'baseline',
    parameters: { limit: { meaning: 'Largest size of a weight.', range: { least: 0, most: 1000, above: true } } },
  },
  lecunNormal: { aliases: [], rule: 'N(0, gain^2 / fanIn)', source: LECUN, parameters: { gain } },
  lecunUniform: { aliases: [], rule: 'uniform, variance gain^2 / fanIn', source: LECUN, parameters: { gain } },
  lecunTruncatedNormal: { aliases: [], rule: `variance gain^2 / fanIn, ${CUT}`, source: LECUN, parameters: { gain } },
  glorotNormal: {
    aliases: ['xavierNormal'],
    rule: 'N(0, 2 gain^2 / (fanIn + fanOut))',
    source: GLOROT,
    parameters: { gain },
  },
  glorotUniform: {
    aliases: ['xavierUniform'],
    rule: 'U(-limit, limit), limit = gain sqrt(6 / (fanIn + fanOut))',
    source: GLOROT,
    parameters: { gain },
  },
  glorotTruncatedNormal: {
    aliases: ['xavierTruncatedNormal'],
    rule: `variance 2 gain^2 / (fanIn + fanOut), ${CUT}`,
    source: GLOROT,
    parameters: { gain },
  },
  commonHeuristic: {
    aliases: ['standard'],
    rule: 'U(-1 / sqrt(fanIn), 1 / sqrt(fanIn)), a variance of 1 / (3 fanIn)',
    source: `${GLOROT}, eq. 1, as the usual practice before them`,
    parameters: {},
  },
  heNormal: {
    aliases: ['kaimingNormal'],
    rule: 'N(0, 2 / ((1 + slope^2) fan))',
    source: HE,
    parameters: he,
  },
  heUniform: {
    aliases: ['kaimingUniform'],
    rule: 'U(-limit, limit), limit = sqrt(6 / ((1 + slope^2) fan))',
    source: HE,
    parameters: he,
  },
  heTruncatedNormal: {
    aliases: ['kaimingTruncatedNormal'],
    rule: `variance 2 / ((1 + slope^2) fan), ${CUT}`,
    source: HE,
    parameters: he,
  },
  orthogonal: {
    aliases: [],
    rule: 'gain times a random kernel with orthonormal columns (rows, where it is wide)',
    source: 'Saxe, McClelland, Ganguli 2013',
    parameters: { gain },
  },
  identity: {
    aliases: ['eye'],
    rule: 'gain on the main diagonal, 0 elsewhere; a kernel that is not square passes its first min(fanIn, fanOut) inputs on',
    source: 'Le, Jaitly, Hinton 2015',
    parameters: { gain },
  },
  sparse: {
    aliases: [],
    rule: 'k incoming weights per unit from N(0, sd^2), the others 0',
    source: 'Martens 2010',
    parameters: {
      k: { meaning: 'Non-zero incoming weights per unit.', default: 15, range: { least: 1, most: 8192, whole: true } },
      sd: { ...sd, meaning: 'Standard deviation of the weights that are not 0.', default: 1 },
    },
  },
  lsuv: {
    aliases: [],
    rule: 'orthogonal, then each layer scaled on one batch until the variance of its output is 1',
    source: 'Mishkin, Matas 2015',
    parameters: {
      tolerance: {
        meaning: 'How far from 1 the variance may stay.',
        default: 0.1,
        range: { least: 0, most: 1, above: true },
      },
      maxIterations: {
        meaning: 'Rescalings of a layer at most.',
        default: 10,
        range: { least: 1, most: 100, whole: true },
      },
    },
  },
  critical: {
    aliases: ['edgeOfChaos'],
    rule: 'kernel N(0, sigmaW^2 / fanIn), bias N(0, sigmaB^2), sigmaW on the edge of chaos of the activation',
    source: 'Poole et al. 2016; Schoenholz et al. 2017',
    parameters: { sigmaB },
  },
  meanField: {
    aliases: [],
    rule: 'kernel N(0, sigmaW^2 / fanIn), bias N(0, sigmaB^2): any point of the mean-field phase diagram',
    source: 'Poole et al. 2016; Schoenholz et al. 2017',
    parameters: {
      sigmaW: {
        meaning: 'Standard deviation of the weights times the root of fanIn.',
        range: { least: 0, most: 1000, above: true },
      },
      sigmaB,
    },
  },
  deltaOrthogonal: {
    aliases: [],
    rule: 'gain times a random orthogonal kernel at the centre of a convolution, 0 around it; for convolutions only',
    source: 'Xiao, Bahri, Sohl-Dickstein, Schoenholz, Pennington 2018',
    parameters: { gain },
  },
  fixup: {
    aliases: [],
    rule: 'heNormal, within the L residual branches of m layers times L^(-1 / (2 m - 2)); the last layer of each branch and the output layer 0; for residual networks only',
    source: 'Zhang, Dauphin, Ma 2019, without the scalar multipliers and biases of its rule 3',
    parameters: {},
  },
} as const satisfies Record<InitializerName, CatalogueEntry>;
