import type { Activation } from '../activations/activation.ts';
import { activationFunctions } from '../activations/activation-functions.ts';
import { UserError } from '../errors.ts';
import { activationMoment, activationMomentGrowth, slopeMoment } from './mean-field.ts';

/** A point on the edge of chaos. */
export interface CriticalPoint {
  /** Weights have variance sigmaW^2 / fanIn. */
  readonly sigmaW: number;
  /** The pre-activations' variance that layers keep (q*); null where they keep whatever variance they are given. */
  readonly variance: number | null;
}

/** Variances between which a fixed point is looked for. */
const SMALLEST_VARIANCE = 1e-9;
const LARGEST_VARIANCE = 1e7;

/**
 * The edge of chaos of an activation for a given sigmaB: the sigmaW at which a gradient keeps its size,
 * chi = sigmaW^2 E[f'(sqrt(q) z)^2] = 1, at the fixed point q = sigmaW^2 E[f(sqrt(q) z)^2] + sigmaB^2 of the variance
 * (Poole et al. 2016; Schoenholz et al. 2017). The fixed point must attract, or no network would stay there.
 *
 * Every q has one sigmaW with chi = 1, and then one sigmaB^2, which grows with q; so sigmaB is inverted by bisection over
 * log q. tanh with sigmaB^2 = 0.05 gives sigmaW^2 = 1.761; relu has sigmaW^2 = 2 and only sigmaB = 0.
 *
 * @throws UserError where this activation has no such point for this sigmaB; it names what to choose instead.
 */
export function criticalPoint(activation: Activation, sigmaB: number): CriticalPoint {
  const key = JSON.stringify([activation, sigmaB]);
  const point = solved.get(key) ?? solve(activation, sigmaB);
  solved.set(key, point);
  return point;
}

/** Solving takes milliseconds, and every layer of every trial asks again for one of a sweep's few points. */
const solved = new Map<string, CriticalPoint>();

function solve(activation: Activation, sigmaB: number): CriticalPoint {
  if (isScaleFree(activation)) return scaleFreePoint(activation, sigmaB);
  if (sigmaB === 0 && activationFunctions(activation).value(0) === 0) return pointAtZeroVariance(activation);
  const variance = leastVariance((q) => biasVariance(activation, q) >= sigmaB ** 2);
  if (variance === null) {
    throw new UserError(
      `${activation.name} has no critical point with sigmaB = ${sigmaB} and a variance below ${LARGEST_VARIANCE}. ` +
        `Choose another initializer for it, such as heNormal.`,
    );
  }
  if (varianceGrowth(activation, variance) > 1) throw unstable(activation, sigmaB);
  return { sigmaW: Math.sqrt(criticalWeightVariance(activation, variance)), variance };
}

/** f(c z) = c f(z) for c > 0: the moments are multiples of q, and a layer keeps any variance or none. */
function isScaleFree(activation: Activation): boolean {
  return activation.name === 'relu' || activation.name === 'leakyRelu' || activation.name === 'linear';
}

function scaleFreePoint(activation: Activation, sigmaB: number): CriticalPoint {
  if (sigmaB !== 0) {
    throw new UserError(
      `${activation.name} is critical with sigmaB = 0 only, not ${sigmaB}: its variance would grow with every layer. ` +
        `Choose critical with sigmaB = 0 for it.`,
    );
  }
  return { sigmaW: Math.sqrt(criticalWeightVariance(activation, 1)), variance: null };
}

/** Without biases the fixed point of an activation with f(0) = 0 is q = 0, and the slopes beside 0 are all that counts. */
function pointAtZeroVariance(activation: Activation): CriticalPoint {
  const { derivative } = activationFunctions(activation);
  const weightVariance = 2 / (derivative(-Number.MIN_VALUE) ** 2 + derivative(Number.MIN_VALUE) ** 2);
  const start = 0.1;
  if (weightVariance * activationMoment(activation, start) > start) throw unstable(activation, 0);
  return { sigmaW: Math.sqrt(weightVariance), variance: 0 };
}

/** sigmaW^2 with chi = 1 at variance q. */
function criticalWeightVariance(activation: Activation, q: number): number {
  return 1 / slopeMoment(activation, q);
}

/** The sigmaB^2 that makes q a fixed point, given the sigmaW with chi = 1; negative where there is none. */
function biasVariance(activation: Activation, q: number): number {
  return q - criticalWeightVariance(activation, q) * activationMoment(activation, q);
}

/** dq' / dq there: a small deviation from the fixed point is multiplied by it from layer to layer. */
function varianceGrowth(activation: Activation, q: number): number {
  return criticalWeightVariance(activation, q) * activationMomentGrowth(activation, q);
}

function unstable(activation: Activation, sigmaB: number): UserError {
  const stable = leastVariance((q) => biasVariance(activation, q) > 0 && varianceGrowth(activation, q) <= 1);
  const least = stable === null ? null : Math.ceil(Math.sqrt(biasVariance(activation, stable)) * 100) / 100;
  return new UserError(
    `${activation.name} has no stable critical point with sigmaB = ${sigmaB}: its variance would run away from layer to ` +
      `layer. Choose ${least === null ? '' : `sigmaB of at least ${least}, or `}another initializer, such as heNormal.`,
  );
}

/** The least q from which on a condition holds, by bisection over log q to the last bits; null where it never does. */
function leastVariance(holds: (q: number) => boolean): number | null {
  if (!holds(LARGEST_VARIANCE)) return null;
  let low = Math.log(SMALLEST_VARIANCE);
  let high = Math.log(LARGEST_VARIANCE);
  for (let round = 0; round < 55; round++) {
    const middle = (low + high) / 2;
    if (holds(Math.exp(middle))) high = middle;
    else low = middle;
  }
  return Math.exp(high);
}
