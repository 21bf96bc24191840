import { criticalPoint } from '../theory/critical-point.ts';
import { resolveGain } from './gain.ts';
import type { Initializer } from './initializer.ts';
import type { LayerShape } from './layer-shape.ts';
import { largestWeight, scalingDistribution, scalingVariance, type ScalingDistribution } from './variance-scaling.ts';

/** The exact distribution that one weight of a layer is drawn from, taken over the entries of its kernel. */
export interface WeightDistribution {
  readonly kind: ScalingDistribution | 'constant' | 'orthogonal' | 'identity' | 'sparse';
  readonly mean: number;
  readonly variance: number;
  /** Least and greatest weight that can come out; infinite where there is none. */
  readonly low: number;
  readonly high: number;
  /** Variance of the biases, 0 but for `critical` and `meanField`. */
  readonly biasVariance: number;
}

/**
 * What an initializer draws a layer's weights from, by the formulas and sources of `initializerCatalogue`. An orthogonal
 * kernel's entries have variance gain^2 / max(fanIn, fanOut), for its min(fanIn, fanOut) orthonormal vectors have
 * max(fanIn, fanOut) entries each; `lsuv` is told as it starts, before the data rescale it.
 *
 * @throws UserError from `critical` where the activation has no critical point
 */
export function weightDistribution(initializer: Initializer, shape: LayerShape): WeightDistribution {
  const { fanIn, fanOut, activation } = shape;
  switch (initializer.name) {
    case 'zeros':
      return constant(0);
    case 'constant':
      return constant(initializer.value);
    case 'orthogonal':
      return orthogonal(shape, resolveGain(initializer.gain, activation));
    case 'lsuv':
      return orthogonal(shape, 1);
    case 'identity': {
      const gain = resolveGain(initializer.gain, activation);
      const share = 1 / Math.max(fanIn, fanOut);
      return {
        kind: 'identity',
        mean: gain * share,
        variance: gain ** 2 * share * (1 - share),
        low: share === 1 ? gain : 0,
        high: gain,
        biasVariance: 0,
      };
    }
    case 'sparse':
      return unbounded('sparse', (Math.min(initializer.k, fanIn) / fanIn) * initializer.sd ** 2, 0);
    case 'critical': {
      const { sigmaW } = criticalPoint(activation, initializer.sigmaB);
      return unbounded('normal', sigmaW ** 2 / fanIn, initializer.sigmaB ** 2);
    }
    case 'meanField':
      return unbounded('normal', initializer.sigmaW ** 2 / fanIn, initializer.sigmaB ** 2);
    default: {
      const variance = scalingVariance(initializer, shape);
      const kind = scalingDistribution(initializer);
      const most = largestWeight(kind, Math.sqrt(variance));
      return { kind, mean: 0, variance, low: -most, high: most, biasVariance: 0 };
    }
  }
}

function constant(value: number): WeightDistribution {
  return { kind: 'constant', mean: value, variance: 0, low: value, high: value, biasVariance: 0 };
}

function orthogonal({ fanIn, fanOut }: LayerShape, gain: number): WeightDistribution {
  const variance = gain ** 2 / Math.max(fanIn, fanOut);
  return { kind: 'orthogonal', mean: 0, variance, low: -gain, high: gain, biasVariance: 0 };
}

function unbounded(kind: 'normal' | 'sparse', variance: number, biasVariance: number): WeightDistribution {
  return { kind, mean: 0, variance, low: -Infinity, high: Infinity, biasVariance };
}
