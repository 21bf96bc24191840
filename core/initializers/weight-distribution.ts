import { criticalPoint } from '../theory/critical-point.ts';
import { resolveGain } from './gain.ts';
import type { Initializer } from './initializer.ts';
import { fixupVariance } from './fixup.ts';
import { unitsOf, type LayerShape } from './layer-shape.ts';
import { largestWeight, scalingDistribution, scalingVariance, type ScalingDistribution } from './variance-scaling.ts';

/** The exact distribution that one weight of a layer is drawn from, taken over the entries of its kernel. */
export interface WeightDistribution {
  readonly kind: ScalingDistribution | 'constant' | 'orthogonal' | 'deltaOrthogonal' | 'identity' | 'sparse';
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
 * kernel's entries have variance gain^2 / max(fanIn, units), for its min(fanIn, units) orthonormal vectors have
 * max(fanIn, units) entries each; `lsuv` is told as it starts, before the data rescale it.
 *
 * @throws UserError from `critical` where the activation has no critical point
 */
export function weightDistribution(initializer: Initializer, shape: LayerShape): WeightDistribution {
  const { fanIn, activation, kernelArea = 1 } = shape;
  const inputs = fanIn / kernelArea;
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
      const share = 1 / Math.max(inputs, unitsOf(shape)) / kernelArea;
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
    case 'deltaOrthogonal': {
      const gain = resolveGain(initializer.gain, activation);
      const variance = gain ** 2 / Math.max(inputs, unitsOf(shape)) / kernelArea;
      return { kind: 'deltaOrthogonal', mean: 0, variance, low: -gain, high: gain, biasVariance: 0 };
    }
    case 'fixup': {
      const variance = fixupVariance(shape);
      return variance === 0 ? constant(0) : unbounded('normal', variance, 0);
    }
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

function orthogonal(shape: LayerShape, gain: number): WeightDistribution {
  const variance = gain ** 2 / Math.max(shape.fanIn, unitsOf(shape));
  return { kind: 'orthogonal', mean: 0, variance, low: -gain, high: gain, biasVariance: 0 };
}

function unbounded(kind: 'normal' | 'sparse', variance: number, biasVariance: number): WeightDistribution {
  return { kind, mean: 0, variance, low: -Infinity, high: Infinity, biasVariance };
}
