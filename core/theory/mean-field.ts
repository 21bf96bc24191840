import type { Activation } from '../activations/activation.ts';
import { activationFunctions } from '../activations/activation-functions.ts';
import { gaussianExpectation } from './gaussian-expectation.ts';

/**
 * Mean-field theory of a wide random network: pre-activations of one layer are Gaussian, their variance q follows from
 * layer to layer q' = sigmaW^2 E[f(sqrt(q) z)^2] + sigmaB^2, and a gradient's second moment is multiplied by
 * chi = sigmaW^2 E[f'(sqrt(q) z)^2], z ~ N(0, 1) (Poole, Lahiri, Raghu, Sohl-Dickstein, Ganguli 2016; Schoenholz,
 * Gilmer, Ganguli, Sohl-Dickstein 2017). Weights have variance sigmaW^2 / fanIn, biases sigmaB^2. This file
 * holds the expectations over f.
 */

/** E[f(sqrt(q) z)^2], the second moment of the activations of a layer whose pre-activations have variance q. */
export function activationMoment(activation: Activation, q: number): number {
  const { value } = activationFunctions(activation);
  return expectation(activation, q, (x) => value(x) ** 2);
}

/** E[f(sqrt(q) z)], the mean of those activations. */
export function activationMean(activation: Activation, q: number): number {
  return expectation(activation, q, activationFunctions(activation).value);
}

/** E[f'(sqrt(q) z)^2], the factor on a gradient's second moment where it goes back through f. */
export function slopeMoment(activation: Activation, q: number): number {
  const { derivative } = activationFunctions(activation);
  return expectation(activation, q, (x) => derivative(x) ** 2);
}

/** d/dq E[f(sqrt(q) z)^2] = E[f f' z] / sqrt(q), how the second moment answers to the variance q > 0. */
export function activationMomentGrowth(activation: Activation, q: number): number {
  const { value, derivative } = activationFunctions(activation);
  return expectation(activation, q, (x) => value(x) * derivative(x) * x) / q;
}

function expectation(activation: Activation, q: number, g: (x: number) => number): number {
  const sd = Math.sqrt(q);
  const { kinks } = activationFunctions(activation);
  return gaussianExpectation(
    (z) => g(sd * z),
    kinks.map((kink) => kink / sd),
  );
}
