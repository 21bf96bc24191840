import type { Loss } from '../core/trial/trial-config.ts';

/**
 * The one definition of every loss that all backends implement. o are the network's outputs for one example, O their
 * number, y the target. An example's loss is:
 *
 * - crossEntropy:      -log softmax(o)[y], computed as log(sum_k exp(o_k - max o)) - (o_y - max o); y is a class number
 * - meanSquaredError:  mean over the O outputs of (o - y)^2
 * - huber:             mean over the O outputs of (o - y)^2 / 2 where |o - y| <= 1, else |o - y| - 1/2   (Huber 1964, delta 1)
 *
 * A batch's loss is the mean over its examples; MetricSums.lossSum is the sum. An example counts as correct when the
 * first of its greatest outputs is its class (so equal outputs predict class 0).
 */
export function taskOf(loss: Loss): 'classification' | 'regression' {
  return loss === 'crossEntropy' ? 'classification' : 'regression';
}
