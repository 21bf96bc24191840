import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../../../core/activations/activation.ts';
import type { TensorFlow } from './tensorflow.ts';
import { wholePackets } from './whole-packets.ts';

/**
 * An activation on tensors [slots, ...], as core/activations/activation-functions.ts defines it. Selection is by `where`, never
 * by multiplying with a mask, and so that NaN in gives NaN out (a library's relu may answer 0): divergence shows.
 */
export interface ActivationOps {
  readonly value: (z: Tensor) => Tensor;
  /** f'(z) times `delta`, the gradient with respect to h = f(z). */
  readonly gradient: (delta: Tensor, z: Tensor, h: Tensor) => Tensor;
}

/** The fixed point of mean 0 and variance 1 gives these two (Klambauer, Unterthiner, Mayr, Hochreiter 2017). */
const SELU_ALPHA = 1.6732632423543772;
const SELU_LAMBDA = 1.0507009873554805;
const ONE_OVER_SQRT_2_PI = 0.3989422804014327;

export function activationOps(tf: TensorFlow, activation: Activation): ActivationOps {
  const exp = (x: Tensor): Tensor => wholePackets(tf, x, tf.exp);
  const sigmoid = (x: Tensor): Tensor => wholePackets(tf, x, tf.sigmoid);
  const notPositive = (z: Tensor): Tensor => tf.lessEqual(z, 0);
  const oneMinus = (x: Tensor): Tensor => tf.sub(1, x);
  const normalCdf = (z: Tensor): Tensor => {
    return tf.mul(tf.add(wholePackets(tf, tf.mul(z, Math.SQRT1_2), tf.erf), 1), 0.5);
  };

  function elu(alpha: number, scale: number): ActivationOps {
    return {
      value: (z) => {
        const below = tf.mul(wholePackets(tf, z, tf.expm1), scale * alpha);
        return tf.where(notPositive(z), below, tf.mul(z, scale));
      },
      gradient: (delta, z) => {
        const below = tf.mul(tf.mul(exp(z), scale * alpha), delta);
        return tf.where(notPositive(z), below, tf.mul(delta, scale));
      },
    };
  }

  switch (activation.name) {
    case 'linear':
      return { value: (z) => z, gradient: (delta) => delta };
    case 'relu':
      return {
        value: (z) => tf.where(notPositive(z), tf.zerosLike(z), z),
        gradient: (delta, z) => tf.where(notPositive(z), tf.zerosLike(z), delta),
      };
    case 'leakyRelu': {
      const { slope } = activation;
      return {
        value: (z) => tf.where(notPositive(z), tf.mul(z, slope), z),
        gradient: (delta, z) => tf.where(notPositive(z), tf.mul(delta, slope), delta),
      };
    }
    case 'elu':
      return elu(activation.alpha, 1);
    case 'selu':
      return elu(SELU_ALPHA, SELU_LAMBDA);
    case 'gelu':
      return {
        value: (z) => tf.mul(z, normalCdf(z)),
        gradient: (delta, z) => {
          const density = tf.mul(exp(tf.mul(tf.square(z), -0.5)), ONE_OVER_SQRT_2_PI);
          return tf.mul(delta, tf.add(normalCdf(z), tf.mul(z, density)));
        },
      };
    case 'swish':
      return {
        value: (z) => tf.mul(z, sigmoid(z)),
        gradient: (delta, z) => {
          const s = sigmoid(z);
          return tf.mul(delta, tf.add(s, tf.mul(tf.mul(z, s), oneMinus(s))));
        },
      };
    case 'softplus':
      return {
        value: (z) => {
          const tail = wholePackets(tf, exp(tf.neg(tf.abs(z))), tf.log1p);
          return tf.add(tf.where(notPositive(z), tf.zerosLike(z), z), tail);
        },
        gradient: (delta, z) => tf.mul(delta, sigmoid(z)),
      };
    case 'softsign':
      return {
        value: (z) => tf.div(z, tf.add(tf.abs(z), 1)),
        gradient: (delta, z) => tf.div(delta, tf.square(tf.add(tf.abs(z), 1))),
      };
    case 'tanh':
      return {
        value: (z) => wholePackets(tf, z, tf.tanh),
        gradient: (delta, _, h) => tf.mul(delta, oneMinus(tf.square(h))),
      };
    case 'hardTanh':
      return {
        value: (z) => {
          const below = tf.where(tf.lessEqual(z, -1), tf.fill(z.shape, -1), z);
          return tf.where(tf.greaterEqual(z, 1), tf.onesLike(z), below);
        },
        gradient: (delta, z) => tf.where(tf.greaterEqual(tf.abs(z), 1), tf.zerosLike(z), delta),
      };
    case 'sigmoid':
      return {
        value: sigmoid,
        gradient: (delta, _, h) => tf.mul(delta, tf.mul(h, oneMinus(h))),
      };
  }
}
