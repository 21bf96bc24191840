import { activationCatalogue } from '../../core/activations/activation-catalogue.ts';
import { conventionalGain, secondMomentGain } from '../../core/activations/gains.ts';
import type { CatalogueEntry } from '../../core/catalogue-entry.ts';
import { initializerCatalogue } from '../../core/initializers/initializer-catalogue.ts';
import type { Initializer } from '../../core/initializers/initializer.ts';
import type { LayerShape } from '../../core/initializers/layer-shape.ts';
import { weightDistribution, type WeightDistribution } from '../../core/initializers/weight-distribution.ts';
import { activationMoment, slopeMoment } from '../../core/theory/mean-field.ts';
import { activationLabel, initializerLabel } from '../../core/trial/labels.ts';

/** What one layer's weights are drawn from, by which rule, and how the activation's gains compare: lines of text. */
export function explainLayer(initializer: Initializer, shape: LayerShape): string[] {
  const { fanIn, fanOut, activation } = shape;
  const { rule, source }: CatalogueEntry = initializerCatalogue[initializer.name];
  const distribution = weightDistribution(initializer, shape);
  return [
    `${initializerLabel(initializer)} for a layer of ${fanIn} inputs and ${fanOut} units with ${activationLabel(activation)}`,
    '',
    `rule       ${rule}`,
    `source     ${source}`,
    `weights    ${distributionText(distribution)}`,
    `mean       ${numberText(distribution.mean)}`,
    `sd         ${numberText(Math.sqrt(distribution.variance))}`,
    `variance   ${numberText(distribution.variance)}`,
    `bounds     ${boundsText(distribution)}`,
    `biases     ${distribution.biasVariance === 0 ? '0' : `normal, sd ${numberText(Math.sqrt(distribution.biasVariance))}`}`,
    ...layerEffect(shape, distribution),
    '',
    ...gainLines(shape),
  ];
}

const kinds: Readonly<Record<WeightDistribution['kind'], string>> = {
  constant: 'one value for all: units of the layer stay identical, and training cannot tell them apart',
  normal: 'independent, normal',
  uniform: 'independent, uniform',
  truncatedNormal: 'independent, normal cut at 2 of its own standard deviations',
  orthogonal: 'a random kernel with orthonormal columns (rows, where it is wide), times the gain',
  deltaOrthogonal: 'a random orthogonal kernel at the centre of the convolution, 0 around it, times the gain',
  identity: 'not random: the gain on the main diagonal',
  sparse: 'a few normal weights per unit, the others 0',
};

function distributionText({ kind }: WeightDistribution): string {
  return kinds[kind];
}

function boundsText({ kind, low, high }: WeightDistribution): string {
  if (kind === 'orthogonal') return `none beyond ${numberText(high)} in size`;
  return Number.isFinite(high) ? `[${numberText(low)}, ${numberText(high)}]` : 'none';
}

/** What the layer does to unit Gaussian pre-activations that come through the activation into it. */
function layerEffect({ fanIn, fanOut, activation }: LayerShape, { kind, variance, biasVariance }: WeightDistribution) {
  if (kind === 'constant' || kind === 'identity') return [];
  const forward = fanIn * variance * activationMoment(activation, 1) + biasVariance;
  const backward = fanOut * variance * slopeMoment(activation, 1);
  return [
    '',
    `Pre-activations of variance 1 before it become ${numberText(forward)} (1 keeps them).`,
    `A gradient's second moment on its way back is multiplied by ${numberText(backward)} (1 keeps it).`,
  ];
}

function gainLines({ activation }: LayerShape): string[] {
  const conventional = conventionalGain(activation);
  const secondMoment = secondMomentGain(activation);
  const same = Math.abs(conventional / secondMoment - 1) < 1e-9;
  const { rule } = activationCatalogue[activation.name];
  return [
    `Gains of ${activationLabel(activation)}, ${rule}:`,
    `  conventional   ${numberText(conventional)}`,
    `  secondMoment   ${numberText(secondMoment)}   1 / sqrt(E[f(z)^2]), z standard normal: keeps pre-activations of variance 1`,
    same
      ? '  They agree: the conventional gain is that integral.'
      : `  They differ: ${whyTheyDiffer(activation.name)}, so it takes a variance of 1 to ${numberText((conventional / secondMoment) ** 2)}.`,
  ];
}

function whyTheyDiffer(name: LayerShape['activation']['name']): string {
  switch (name) {
    case 'tanh':
      return '5/3 is the round number of LeCun et al. 1998 (from 1.7159 tanh(2z/3)), not the integral';
    case 'selu':
      return '3/4 is a custom of libraries; the paper on selu itself takes gain 1, for which mean 0 and variance 1 are a fixed point';
    case 'sigmoid':
      return '1 is the rule as published, and sigmoid gives activations of mean 1/2 that no gain was made for';
    default:
      return 'no custom is settled for this activation, and 1 is the rule as it was published';
  }
}

/** Four digits, with an exponent where the number is small or large. */
export function numberText(value: number): string {
  const digits = Number(value.toPrecision(4));
  const size = Math.abs(digits);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? digits.toExponential() : String(digits);
}
