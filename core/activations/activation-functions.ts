import type { Activation } from './activation.ts';
import { normalCdf } from './error-function.ts';

/**
 * One activation as plain functions of a pre-activation z, in double precision. NaN in gives NaN out, so that divergence
 * shows.
 */
export interface ActivationFunctions {
  readonly value: (z: number) => number;
  /** f'(z); at a kink the derivative from the left, but 0 at both corners of hardTanh. */
  readonly derivative: (z: number) => number;
  /** Whether z lies on a flat part of f: `z <= flat.upTo || z >= flat.from`. */
  readonly saturated: (z: number) => boolean;
  readonly flat: FlatParts;
  /** Where f or one of its first derivatives jumps; integration splits there. */
  readonly kinks: readonly number[];
}

/**
 * The saturated parts of an activation, z <= upTo and z >= from; -Infinity and Infinity where a side has none. A part is
 * flat where |f'| is at most 5 % of its largest value and goes on to fall to 0. So relu and hardTanh are
 * saturated where their derivative is 0, tanh where |z| >= 2.18 (|f| >= 0.975), sigmoid where |z| >= 4.36; leakyRelu and
 * linear never, and not gelu's and swish's minimum near z = -0.8 and -1.3, where f' crosses 0.
 */
interface FlatParts {
  readonly upTo: number;
  readonly from: number;
}

/** The share of the largest slope at which a part of an activation counts as flat. */
const FLAT_SHARE = 0.05;

/** The fixed point of mean 0 and variance 1 gives these two (Klambauer, Unterthiner, Mayr, Hochreiter 2017). */
const SELU_ALPHA = 1.6732632423543772;
const SELU_LAMBDA = 1.0507009873554805;

const NOWHERE: FlatParts = { upTo: -Infinity, from: Infinity };
const ONE_OVER_SQRT_2_PI = 0.3989422804014327;

/** The functions of an activation. */
export function activationFunctions(activation: Activation): ActivationFunctions {
  const { value, derivative, flat, kinks } = definition(activation);
  return { value, derivative, flat, kinks: kinks ?? [], saturated: (z) => z <= flat.upTo || z >= flat.from };
}

type Definition = Pick<ActivationFunctions, 'value' | 'derivative' | 'flat'> & { readonly kinks?: readonly number[] };

function definition(activation: Activation): Definition {
  switch (activation.name) {
    case 'leakyRelu':
      return leakyRelu(activation.slope);
    case 'elu':
      return elu(activation.alpha, 1);
    default:
      return DEFINITIONS[activation.name];
  }
}

function leakyRelu(slope: number): Definition {
  return {
    value: (z) => (z > 0 ? z : slope * z),
    derivative: (z) => (z > 0 ? 1 : slope),
    flat: slope === 0 ? { upTo: 0, from: Infinity } : NOWHERE,
    kinks: [0],
  };
}

function elu(alpha: number, scale: number): Definition {
  return {
    value: (z) => scale * (z > 0 ? z : alpha * Math.expm1(z)),
    derivative: (z) => scale * (z > 0 ? 1 : alpha * Math.exp(z)),
    // alpha e^z falls to the share of the steepest slope, which is 1 or alpha; a small alpha is flat from 0 on.
    flat: { upTo: Math.min(0, Math.log((FLAT_SHARE * Math.max(1, alpha)) / alpha)), from: Infinity },
    kinks: [0],
  };
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** tanh's slope 1 - tanh^2 is the share where tanh^2 = 1 - share; sigmoid(z) is tanh(z / 2) shifted and scaled. */
const TANH_FLAT = Math.atanh(Math.sqrt(1 - FLAT_SHARE));
/** (1 + |z|)^-2 is the share. */
const SOFTSIGN_FLAT = 1 / Math.sqrt(FLAT_SHARE) - 1;
/** softplus' slope is sigmoid(z), which is the share at its logit. */
const SOFTPLUS_FLAT = Math.log(FLAT_SHARE / (1 - FLAT_SHARE));
/** Left of its minimum gelu's slope is -0.05 of its largest, 1.12890 at z = sqrt 2 (solved to all digits shown). */
const GELU_FLAT = -2.2785606938035556;
/** The same for swish, whose largest slope is 1.09984 at z = 2.39936. */
const SWISH_FLAT = -3.9298973160966497;

const DEFINITIONS: Record<Exclude<Activation['name'], 'leakyRelu' | 'elu'>, Definition> = {
  relu: {
    value: (z) => Math.max(z, 0),
    derivative: (z) => (z > 0 ? 1 : 0),
    flat: { upTo: 0, from: Infinity },
    kinks: [0],
  },
  selu: elu(SELU_ALPHA, SELU_LAMBDA),
  // The exact form z P(Z <= z) of Hendrycks, Gimpel 2016, not their tanh approximation.
  gelu: {
    value: (z) => z * normalCdf(z),
    derivative: (z) => normalCdf(z) + z * ONE_OVER_SQRT_2_PI * Math.exp((-z * z) / 2),
    flat: { upTo: GELU_FLAT, from: Infinity },
  },
  swish: {
    value: (z) => z * sigmoid(z),
    derivative: (z) => {
      const s = sigmoid(z);
      return s + z * s * (1 - s);
    },
    flat: { upTo: SWISH_FLAT, from: Infinity },
  },
  softplus: {
    value: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
    derivative: sigmoid,
    flat: { upTo: SOFTPLUS_FLAT, from: Infinity },
  },
  softsign: {
    value: (z) => z / (1 + Math.abs(z)),
    derivative: (z) => (1 + Math.abs(z)) ** -2,
    flat: { upTo: -SOFTSIGN_FLAT, from: SOFTSIGN_FLAT },
    kinks: [0],
  },
  tanh: {
    value: Math.tanh,
    derivative: (z) => 1 - Math.tanh(z) ** 2,
    flat: { upTo: -TANH_FLAT, from: TANH_FLAT },
  },
  hardTanh: {
    value: (z) => Math.max(-1, Math.min(1, z)),
    derivative: (z) => (z > -1 && z < 1 ? 1 : 0),
    flat: { upTo: -1, from: 1 },
    kinks: [-1, 1],
  },
  sigmoid: {
    value: sigmoid,
    derivative: (z) => {
      const s = sigmoid(z);
      return s * (1 - s);
    },
    flat: { upTo: -2 * TANH_FLAT, from: 2 * TANH_FLAT },
  },
  linear: { value: (z) => z, derivative: () => 1, flat: NOWHERE },
};
