import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { ImageSize } from '../../../core/networks/network.ts';
import type { TensorFlow } from './tensorflow.ts';

/**
 * What a kernel sees at each pixel: patches [slots, examples * pixels, kernelSize^2 channels] of images [slots, examples * pixels,
 * channels], zeros beyond the edge. Data are moved and nothing is computed, so that it is right to the bit on any device.
 */
export function gatherPatches(
  tf: TensorFlow,
  { height, width }: Pick<ImageSize, 'height' | 'width'>,
  kernelSize: number,
  images: Tensor,
): Tensor {
  if (kernelSize === 1) return images;
  const [slots = 1, rows = 1, channels = 1] = images.shape;
  const count = (slots * rows) / (height * width);
  const reach = (kernelSize - 1) / 2;
  const padded = tf.pad(tf.reshape(images, [count, height, width, channels]) as Tensor4D, [
    [0, 0],
    [reach, reach],
    [reach, reach],
    [0, 0],
  ]);
  const taps = Array.from({ length: kernelSize ** 2 }, (_, tap) =>
    tf.slice(padded, [0, Math.floor(tap / kernelSize), tap % kernelSize, 0], [count, height, width, channels]),
  );
  return tf.reshape(tf.concat(taps, 3), [slots, rows, kernelSize ** 2 * channels]);
}

/**
 * The kernel that takes gradients back through a convolution [slots, kernelSize^2 units, channels], of the kernel [slots,
 * kernelSize^2 channels, units]: a convolution itself, with the taps in reverse order and each one transposed.
 */
export function reversedKernel(tf: TensorFlow, kernelSize: number, kernel: Tensor): Tensor {
  const [slots = 1, fanIn = 1, units = 1] = kernel.shape;
  const area = kernelSize ** 2;
  const channels = fanIn / area;
  const taps = Array.from({ length: area }, (_, i) =>
    tf.transpose(tf.slice(kernel, [0, (area - 1 - i) * channels, 0], [slots, channels, units]), [0, 2, 1]),
  );
  return tf.concat(taps, 1);
}
