import type { Optimizer } from '../core/trial/trial-config.ts';

/**
 * The one definition of every optimizer that all backends implement, element by element, for kernels and biases alike.
 *
 * w is a parameter, g the gradient of the batch's mean loss, lr the learning rate, t the number of this step (the first is
 * 1), m and v moments that start at 0. Moments are updated first and the new values are used.
 *
 * - sgd:       w <- w - lr g
 * - momentum:  v <- mu v + g;  w <- w - lr v                                   (Polyak 1964)
 * - nesterov:  v <- mu v + g;  w <- w - lr (g + mu v)                          (Nesterov 1983, as Sutskever et al. 2013 rewrite it)
 * - adam:      m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2;
 *              w <- w - lr c1 m / (sqrt(c2 v) + epsilon),  c1 = 1 / (1 - b1^t), c2 = 1 / (1 - b2^t)   (Kingma and Ba 2015)
 * - adamw:     w <- w - lr weightDecay w, with the w from before the step, and then adam on the result   (Loshchilov and Hutter 2019)
 * - rmsprop:   v <- decay v + (1 - decay) g^2;  w <- w - lr g / (sqrt(v) + epsilon)                      (Hinton 2012)
 *
 * So epsilon is added to the root, never under it, and after bias correction. c1 and c2 depend on the step only: they
 * are computed in double precision per slot and step. Weight decay is decoupled and multiplies by the learning rate.
 *
 * `momentCount` says how many moments each keeps; in SlotState.moments they stand as [v] or, for adam and adamw, [m, v].
 */
export const momentCount: Readonly<Record<Optimizer['name'], number>> = {
  sgd: 0,
  momentum: 1,
  nesterov: 1,
  adam: 2,
  adamw: 2,
  rmsprop: 1,
};

/** Bias corrections c1 and c2 of adam and adamw at `step` (the first is 1). */
export function biasCorrections(
  optimizer: { readonly beta1: number; readonly beta2: number },
  step: number,
): { readonly c1: number; readonly c2: number } {
  return { c1: 1 / (1 - optimizer.beta1 ** step), c2: 1 / (1 - optimizer.beta2 ** step) };
}
