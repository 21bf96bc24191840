import { activationMoment } from '../theory/mean-field.ts';
import type { Activation } from './activation.ts';

/**
 * The factor on the standard deviation that is customary for an activation: sqrt 2 for relu and sqrt(2 / (1 + a^2)) for
 * leakyRelu (He, Zhang, Ren, Sun 2015), 5/3 for tanh (LeCun, Bottou, Orr, Mueller 1998, after their 1.7159 tanh(2z/3)),
 * 3/4 for selu, 1 for linear and sigmoid. No custom is settled for the others, which get 1, the rule as it was published.
 */
export function conventionalGain(activation: Activation): number {
  switch (activation.name) {
    case 'relu':
      return Math.SQRT2;
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + activation.slope ** 2));
    case 'tanh':
      return 5 / 3;
    case 'selu':
      return 3 / 4;
    default:
      return 1;
  }
}

/**
 * The factor that keeps the second moment, 1 / sqrt(E[f(z)^2]) for z ~ N(0, 1): with weights of variance gain^2 / fanIn a
 * layer of unit Gaussian pre-activations is followed by one. Equals the conventional gain for relu, leakyRelu and linear
 * only; tanh's is 1.593 (against 5/3).
 */
export function secondMomentGain(activation: Activation): number {
  return 1 / Math.sqrt(activationMoment(activation, 1));
}
