import { median } from '../statistics/quantile.ts';
import { parseActivation, parseInitializer } from '../sweep/parse-choice.ts';
import { predictLayers, type LayerPrediction } from '../theory/predict-layers.ts';
import { factorPerLayer, type LayerFactor, measuredAtStart } from './layer-factor.ts';
import { decideWithin, type PaperCheck, type PaperInput, type PaperTrial } from './paper.ts';

/** The two rules that figures 6 to 8 set beside each other. */
export const glorotRules = ['commonHeuristic', 'glorotUniform'] as const;

/**
 * The border between level and falling for a variance: halfway, on a logarithmic scale, between the factors that the paper's
 * equations give a layer of equal sizes, n Var(W) = 1/3 for the heuristic (equation 15) and 1 for the normalized rule (equation 12).
 */
const varianceBorder = 1 / Math.sqrt(3);
/** The same for a standard deviation or a norm. */
const spreadBorder = Math.sqrt(varianceBorder);

const around = (border: number) => `interval within ${border.toFixed(3)} and ${(1 / border).toFixed(3)}`;
const below = (border: number) => `interval below ${border.toFixed(3)}, halfway between that of 1/3 and 1`;

/**
 * Glorot, Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", figures 6 to 8: the layers
 * of a tanh network of five hidden layers of 1,000 units, just after initialization.
 */
export function checkGlorot2010(input: PaperInput): PaperCheck[] {
  const depth = input.trials[0]!.depth;
  const [heuristic, normalized] = glorotRules.map((rule) =>
    input.trials.filter((trial) => trial.initializer === rule),
  ) as [PaperTrial[], PaperTrial[]];
  const back = { from: depth, to: 1 };
  const forward = { from: 1, to: depth };
  // The first kernel has another size than those between hidden layers: its gradient is no part of the comparison.
  const kernels = { from: depth, to: 2 };
  const gradient = {
    reference: 'figure 7; equations 6, 12, 15',
    measure: `factor a layer on the back-propagated gradient's variance, from layer ${depth} back to layer 1`,
  };
  const spread = {
    reference: 'figure 6; section 4.2.2',
    measure: `factor a layer on the activations' standard deviation, from layer 1 to layer ${depth}`,
  };
  const falling = factorPerLayer(input, heuristic, 'backpropagatedVariance', back);
  const level = factorPerLayer(input, normalized, 'backpropagatedVariance', back);
  const shrinking = rootOf(factorPerLayer(input, heuristic, 'activationVariance', forward));
  const keeping = rootOf(factorPerLayer(input, normalized, 'activationVariance', forward));
  const kernelNorm = factorPerLayer(input, heuristic, 'gradientNorm', kernels);
  const theory = (trials: readonly PaperTrial[], of: (layer: LayerPrediction) => number, [over, under]: number[]) => {
    const layers = glorotTheory(input, trials);
    return (of(layers[over! - 1]!) / of(layers[under! - 1]!)) ** (1 / Math.abs(over! - under!));
  };
  const gradientVariance = ({ backpropagatedRatio }: LayerPrediction) => backpropagatedRatio ** 2;
  const activationSpread = ({ activationVariance }: LayerPrediction) => Math.sqrt(activationVariance);
  return [
    {
      statement: 'With the common heuristic the back-propagated gradient falls layer by layer.',
      ...gradient,
      published: 'falls; 1/3 by the equations',
      ...falling,
      predicted: theory(heuristic, gradientVariance, [1, depth]),
      rule: below(varianceBorder),
      decision: decideWithin(falling.interval, 0, varianceBorder),
    },
    {
      statement: 'With the normalized rule it stays level.',
      ...gradient,
      published: 'level; 1 by the equations',
      ...level,
      predicted: theory(normalized, gradientVariance, [1, depth]),
      rule: around(varianceBorder),
      decision: decideWithin(level.interval, varianceBorder, 1 / varianceBorder),
    },
    {
      statement: 'With the common heuristic the activations shrink from layer to layer.',
      ...spread,
      published: 'about 0.5 (mean singular value of the Jacobian)',
      ...shrinking,
      predicted: theory(heuristic, activationSpread, [depth, 1]),
      rule: below(spreadBorder),
      decision: decideWithin(shrinking.interval, 0, spreadBorder),
    },
    {
      statement: 'With the normalized rule they keep most of their spread.',
      ...spread,
      published: 'about 0.8 (mean singular value of the Jacobian)',
      ...keeping,
      predicted: theory(normalized, activationSpread, [depth, 1]),
      rule: around(spreadBorder),
      decision: decideWithin(keeping.interval, spreadBorder, 1 / spreadBorder),
    },
    {
      statement: "Even with the common heuristic the weights' gradient is as large in every layer.",
      reference: 'figure 8; equation 14',
      published: 'level',
      measure: `factor a layer on the norm of the kernel's gradient, from layer ${depth} back to layer 2`,
      ...kernelNorm,
      predicted: theory(heuristic, ({ kernelGradientRatio }) => kernelGradientRatio, [2, depth]),
      rule: around(spreadBorder),
      decision: decideWithin(kernelNorm.interval, spreadBorder, 1 / spreadBorder),
    },
  ];
}

/** Mean-field theory of the cell's network from the variance that its first layer was measured to have. */
export function glorotTheory(input: PaperInput, trials: readonly PaperTrial[]): LayerPrediction[] {
  const { initializer, activation, depth, width } = trials[0]!;
  const first = measuredAtStart(input, trials, 1, 'preActivationVariance');
  return predictLayers({
    initializer: parseInitializer(initializer),
    activation: parseActivation(activation),
    layerSizes: Array<number>(depth + 2).fill(width),
    firstVariance: first.reduce((sum, variance) => sum + variance, 0) / first.length,
  })!;
}

/** What theory gives for the variance of the back-propagated gradient in every hidden layer, from the median that was measured in the last one. */
export function gradientTheory(input: PaperInput, trials: readonly PaperTrial[]): number[] {
  const { depth } = trials[0]!;
  const measured = median(measuredAtStart(input, trials, depth, 'backpropagatedVariance'));
  const ratios = glorotTheory(input, trials)
    .slice(0, depth)
    .map(({ backpropagatedRatio }) => backpropagatedRatio ** 2);
  return ratios.map((ratio) => (measured * ratio) / ratios.at(-1)!);
}

function rootOf({ value, interval: { low, high } }: LayerFactor): LayerFactor {
  return {
    value: Math.sqrt(value),
    interval: { low: low === null ? null : Math.sqrt(low), high: high === null ? null : Math.sqrt(high) },
  };
}
