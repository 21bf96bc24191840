import type { Activation } from '../activations/activation.ts';

/** Scatter of a layer's mean squared activation from one random network to the next. */
export interface LengthFluctuation {
  /** beta = sum of 1 / width over the hidden layers so far. */
  readonly beta: number;
  /** Standard deviation over mean. */
  readonly relativeSd: number;
  /** A typical (median) network's over the mean, which few networks with very large values carry. */
  readonly medianFactor: number;
}

/**
 * The finite-width correction for relu, leakyRelu and linear. Given M, the mean squared activation of a layer, the next
 * layer's n units are independent with pre-activations N(0, s^2), s^2 proportional to M, so that its own
 * mean square has relative variance kappa / n, kappa = E[f^4] / E[f^2]^2 - 1 = 6 (1 + a^4) / (1 + a^2)^2 - 1 for slope a: 5 for relu,
 * 2 for linear. Over layers E[M^2] / E[M]^2 = product of (1 + kappa / n), about exp(kappa beta). So a deep
 * narrow network scatters as exp(5 beta), beta = sum 1 / n (Hanin, Rolnick 2018, theorem 5), and log M is about normal with
 * mean -kappa beta / 2, which puts the median below the mean (Hanin, Nica 2018).
 *
 * Exact for Gaussian weights; other weights change kappa by terms of order 1 / n.
 *
 * @param widths of the hidden layers up to the one that is asked about
 * @returns null for an activation that is not homogeneous: no such formula holds
 */
export function lengthFluctuation(activation: Activation, widths: readonly number[]): LengthFluctuation | null {
  const slope = negativeSlopeOf(activation);
  if (slope === null) return null;
  const kappa = (6 * (1 + slope ** 4)) / (1 + slope ** 2) ** 2 - 1;
  const logSpread = widths.reduce((sum, width) => sum + Math.log1p(kappa / width), 0);
  return {
    beta: widths.reduce((sum, width) => sum + 1 / width, 0),
    relativeSd: Math.sqrt(Math.expm1(logSpread)),
    medianFactor: Math.exp(-logSpread / 2),
  };
}

function negativeSlopeOf(activation: Activation): number | null {
  switch (activation.name) {
    case 'relu':
      return 0;
    case 'linear':
      return 1;
    case 'leakyRelu':
      return activation.slope;
    default:
      return null;
  }
}
