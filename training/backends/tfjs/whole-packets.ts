import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './tensorflow.ts';

/** Elements that the widest vector unit (AVX-512) takes at once. */
const packet = 16;

/**
 * A transcendental function of x [slots, ...], element by element. Vectorized kernels compute the elements that do not fill up
 * a vector at the tensor's end by other code, which rounds differently: so which elements those are must not depend on the
 * number of slots. Every slot gets a whole number of vectors; usual batches have that by themselves and cost nothing.
 */
export function wholePackets(tf: TensorFlow, x: Tensor, compute: (x: Tensor) => Tensor): Tensor {
  const [slots = 1] = x.shape;
  const size = x.size / slots;
  const rest = size % packet;
  if (rest === 0) return compute(x);
  const padded = tf.pad(tf.reshape(x, [slots, size]), [
    [0, 0],
    [0, packet - rest],
  ]);
  return tf.reshape(tf.slice(compute(padded), [0, 0], [slots, size]), x.shape);
}
