import type { Activation } from '../activations/activation.ts';
import { activationMoment, slopeMoment } from './mean-field.ts';
import type { MeanField } from './variance-map.ts';

/**
 * The point of the edge of chaos at which layers keep the variance q > 0: sigmaW^2 = 1 / E[f'(sqrt(q) z)^2], so that
 * chi_1 = 1, and the sigmaB^2 that makes q a fixed point (Schoenholz et al. 2017, figure 2). Over q it draws the critical
 * line of an activation; null where the biases would need a negative variance. Whether the fixed point attracts is
 * `criticalPoint`'s to say, which finds the point of a given sigmaB.
 */
export function criticalFieldAt(activation: Activation, q: number): MeanField | null {
  const weightVariance = 1 / slopeMoment(activation, q);
  const biasVariance = q - weightVariance * activationMoment(activation, q);
  // relu's and its kin's is 0 for every q, up to the integrals' rounding.
  if (biasVariance < -1e-12 * q) return null;
  return { weightVariance, biasVariance: Math.max(0, biasVariance) };
}
