import type { Tensor } from '@tensorflow/tfjs-core';
import { normalizationEpsilon, type Normalization } from '../../../core/networks/network.ts';
import type { TensorFlow } from './tensorflow.ts';

/** Means and roots of the variances of a layer's groups, each to be broadcast over its weighted sums. (A type, because tfjs takes no interface for a container of tensors.) */
export type Statistics = {
  readonly mean: Tensor;
  /** sqrt(variance + epsilon). */
  readonly deviation: Tensor;
};

/**
 * Normalization of weighted sums s [slots, groups' rows, groups' columns]: of a layer over [slots, examples, positions * units] each
 * example's row, of a batch over [slots, examples * positions, units] each unit's column. Means are products with a vector of equal numbers: a
 * library's own reductions may split a sum by the size of the whole tensor, and so by the number of slots.
 */
export interface NormalizationOps {
  readonly statistics: (s: Tensor) => Statistics;
  /** Normal values (s - mean) / deviation. */
  readonly normal: (s: Tensor, statistics: Statistics) => Tensor;
  /** Gradient by s from that by the normal values: (d - mean(d) - n mean(d n)) / deviation (Ioffe, Szegedy 2015; Ba, Kiros, Hinton 2016). */
  readonly gradient: (d: Tensor, normal: Tensor, statistics: Statistics) => Tensor;
}

export function normalizationOps(tf: TensorFlow, kind: Exclude<Normalization['name'], 'none'>): NormalizationOps {
  function mean(x: Tensor): Tensor {
    const [slots = 1, rows = 1, columns = 1] = x.shape;
    if (kind === 'layer') return tf.matMul(x, tf.fill([slots, columns, 1], 1 / columns));
    return tf.matMul(tf.fill([slots, 1, rows], 1 / rows), x);
  }

  const normal = (s: Tensor, { mean: center, deviation }: Statistics): Tensor => tf.div(tf.sub(s, center), deviation);

  return {
    statistics: (s) => {
      const center = mean(s);
      const variance = mean(tf.square(tf.sub(s, center)));
      return { mean: center, deviation: tf.sqrt(tf.add(variance, normalizationEpsilon)) };
    },
    normal,
    gradient: (d, n, { deviation }) => {
      const rest = tf.sub(tf.sub(d, mean(d)), tf.mul(n, mean(tf.mul(d, n))));
      return tf.div(rest, deviation);
    },
  };
}
