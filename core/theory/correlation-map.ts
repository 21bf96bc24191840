import type { Activation } from '../activations/activation.ts';
import { activationFunctions } from '../activations/activation-functions.ts';
import { gaussianExpectation } from './gaussian-expectation.ts';
import { chi1, fixedPointVariance, varianceMap, varianceMapSlope, type MeanField } from './variance-map.ts';

/**
 * c' of c: the correlation of two inputs' pre-activations one layer on, where both have the variance q,
 * (sigmaW^2 E[f(u1) f(u2)] + sigmaB^2) / q' with u1, u2 of variance q and correlation c (Poole et al. 2016, eq. 5).
 */
export function correlationMap(activation: Activation, field: MeanField, q: number, c: number): number {
  const { value } = activationFunctions(activation);
  const covariance = field.weightVariance * pairExpectation(activation, value, q, c) + field.biasVariance;
  return covariance / varianceMap(activation, field, q);
}

/**
 * dc'/dc at the fixed point q of the variance, sigmaW^2 E[f'(u1) f'(u2)], for c below 1; at c = 1 it is chi_1
 * (Schoenholz et al. 2017, eq. 5).
 */
export function correlationMapSlope(activation: Activation, field: MeanField, q: number, c: number): number {
  if (c >= 1) return chi1(activation, field, q);
  const { derivative } = activationFunctions(activation);
  return field.weightVariance * pairExpectation(activation, derivative, q, c);
}

/** How deep a signal reaches into a random network, in layers; Infinity at the edge of chaos. */
export interface DepthScales {
  /** Fixed point q* of the variance. */
  readonly variance: number;
  /** Fixed point c* of the correlation of two inputs: 1 in the ordered phase, less in chaos. */
  readonly correlation: number;
  readonly chi1: number;
  /** xi_q = -1 / log(dq'/dq): layers in which the variance forgets the input's. */
  readonly varianceLength: number;
  /** xi_c = -1 / log(dc'/dc at c*): layers in which two inputs become indistinguishable; trainable to about 6 xi_c. */
  readonly correlationLength: number;
}

/**
 * The depth scales of a network (Schoenholz, Gilmer, Ganguli, Sohl-Dickstein 2017, eq. 7 and 9). Null where the variance has no
 * fixed point above 0, as for relu away from its critical point, or for any field that lets signals fade away.
 */
export function depthScales(activation: Activation, field: MeanField): DepthScales | null {
  const variance = fixedPointVariance(activation, field);
  if (variance === null || variance === 0) return null;
  const slope = chi1(activation, field, variance);
  const correlation = slope > 1 + edge ? stableCorrelation(activation, field, variance) : 1;
  return {
    variance,
    correlation,
    chi1: slope,
    varianceLength: lengthOf(varianceMapSlope(activation, field, variance)),
    correlationLength: lengthOf(correlationMapSlope(activation, field, variance, correlation)),
  };
}

/** A slope this near to 1 counts as 1: rounding of the integrals and of a critical sigmaW given as a number. */
const edge = 1e-9;

function lengthOf(slope: number): number {
  if (Math.abs(slope - 1) <= edge) return Infinity;
  return slope <= 0 ? 0 : Math.abs(1 / Math.log(slope));
}

/**
 * c* < 1 in chaos by Newton's method from 0. c' is convex for c >= 0 (its series in c has no negative coefficient), at
 * least c at 0 and below it just before 1; so Newton's steps approach the one crossing from the left and never pass it.
 */
function stableCorrelation(activation: Activation, field: MeanField, q: number): number {
  let c = 0;
  for (let round = 0; round < 20; round++) {
    const step = (correlationMap(activation, field, q, c) - c) / (1 - correlationMapSlope(activation, field, q, c));
    c += step;
    if (step <= 1e-12) break;
  }
  return c;
}

/** E[g(u1) g(u2)] for u of variance q and correlation c, |c| <= 1: over z1, and within it over the part of u2 that z1 leaves open. */
function pairExpectation(activation: Activation, g: (x: number) => number, q: number, c: number): number {
  const { kinks } = activationFunctions(activation);
  const sd = Math.sqrt(q);
  const scaled = kinks.map((kink) => kink / sd);
  const open = Math.sqrt(Math.max(0, 1 - c * c));
  return gaussianExpectation((z1) => {
    const given = g(sd * z1);
    if (given === 0) return 0;
    if (open === 0) return given * g(sd * c * z1);
    const corners = scaled.map((kink) => (kink - c * z1) / open);
    return given * gaussianExpectation((z2) => g(sd * (c * z1 + open * z2)), corners);
  }, scaled);
}
