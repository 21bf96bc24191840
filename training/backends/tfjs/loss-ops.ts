import type { Tensor } from '@tensorflow/tfjs-core';
import type { Loss } from '../../../core/trial/trial-config.ts';
import type { TensorFlow } from './tensorflow.ts';
import { wholePackets } from './whole-packets.ts';

export interface BatchLosses {
  /** Loss and correct predictions of each slot, summed over its examples [slots, 2]. */
  readonly sums: Tensor;
  /** Gradient of each slot's mean loss with respect to its outputs [slots, examples, outputs]. */
  readonly gradient: () => Tensor;
}

/**
 * Losses of outputs [slots, examples, outputs] against targets of the same shape (classes as one-hot rows), by the formulas
 * in training/losses.ts.
 */
export function batchLosses(tf: TensorFlow, loss: Loss, outputs: Tensor, targets: Tensor): BatchLosses {
  const [, examples = 1, size = 1] = outputs.shape;
  const sumsOf = (losses: Tensor, correct: Tensor): Tensor => tf.stack([tf.sum(losses, 1), tf.sum(correct, 1)], 1);

  if (loss === 'crossEntropy') {
    const logits = tf.sub(outputs, tf.max(outputs, 2, true));
    const powers = wholePackets(tf, logits, tf.exp);
    const normalizers = tf.sum(powers, 2, true);
    // Selected, not multiplied: an infinite logit of another class has no say in this example's loss.
    const ownLogits = tf.sum(tf.where(tf.greater(targets, 0), logits, tf.zerosLike(logits)), 2);
    const logNormalizers = wholePackets(tf, tf.squeeze(normalizers, [2]), tf.log);
    const hits = tf.equal(tf.argMax(outputs, 2), tf.argMax(targets, 2));
    return {
      sums: sumsOf(tf.sub(logNormalizers, ownLogits), tf.cast(hits, 'float32')),
      gradient: () => tf.mul(tf.sub(tf.div(powers, normalizers), targets), 1 / examples),
    };
  }

  const differences = tf.sub(outputs, targets);
  const squares = tf.square(differences);
  const distances = tf.abs(differences);
  const inside = tf.lessEqual(distances, 1);
  const each = loss === 'huber' ? tf.where(inside, tf.mul(squares, 0.5), tf.sub(distances, 0.5)) : squares;
  return {
    sums: sumsOf(tf.mean(each, 2), tf.zeros(outputs.shape.slice(0, 2))),
    gradient: () => {
      if (loss === 'meanSquaredError') return tf.mul(differences, 2 / (examples * size));
      return tf.mul(tf.where(inside, differences, tf.sign(differences)), 1 / (examples * size));
    },
  };
}
