import type { Activation } from '../activations/activation.ts';
import { activationMoment, activationMomentGrowth, slopeMoment } from './mean-field.ts';

/** Scales of a wide random network: weights of variance sigmaW^2 / fanIn and biases of variance sigmaB^2. */
export interface MeanField {
  readonly weightVariance: number;
  readonly biasVariance: number;
}

/** q' = sigmaW^2 E[f(sqrt(q) z)^2] + sigmaB^2, the pre-activations' variance one layer on (Poole et al. 2016, eq. 3). */
export function varianceMap(activation: Activation, { weightVariance, biasVariance }: MeanField, q: number): number {
  return weightVariance * activationMoment(activation, q) + biasVariance;
}

/** dq'/dq: what a layer leaves of a small deviation of the variance; 1 in q > 0 means neither growth nor decay. */
export function varianceMapSlope(activation: Activation, { weightVariance }: MeanField, q: number): number {
  return weightVariance * activationMomentGrowth(activation, q);
}

/** chi_1 = sigmaW^2 E[f'(sqrt(q) z)^2]: the factor on a gradient's second moment per layer, above 1 in chaos (Poole et al. 2016, eq. 6). */
export function chi1(activation: Activation, { weightVariance }: MeanField, q: number): number {
  return weightVariance * slopeMoment(activation, q);
}

/** Layers that the search for a fixed point walks: at the edge of chaos the approach is only as fast as 1 / layers. */
const mostLayers = 20_000;
const largestVariance = 1e12;
const smallestVariance = 1e-12;
/** Relative change per layer at which the variance counts as settled, beyond the noise of the integration (1e-14). */
const settled = 1e-12;

/**
 * The variance q* that a deep network's layers come to from the variance `start`; 0 where they fade away, null where they
 * grow without bound, or settle too slowly to be told.
 */
export function fixedPointVariance(activation: Activation, field: MeanField, start = 1): number | null {
  let q = start;
  for (let layer = 0; layer < mostLayers; layer++) {
    const next = varianceMap(activation, field, q);
    if (!(next < largestVariance)) return null;
    if (next < smallestVariance) return 0;
    if (Math.abs(next - q) <= settled * q) return next;
    q = next;
  }
  return null;
}
