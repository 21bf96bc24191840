/**
 * Layer and batch normalization in place, z = gain * n + shift with the normal values n = (s - mean) * scale and scale = 1 /
 * sqrt(variance + epsilon), and the way back from the gradient by z to that by s (core/networks/network-layers.ts). Matrices are [rows,
 * units] in panels; gain and shift are panels of one row. Sums over rows are taken in four parts, sums over units lane by lane
 * first.
 */
import { withoutTiny } from './vector-math';

export const NOT_NORMALIZED = 0;
export const LAYER_NORMALIZATION = 1;
export const BATCH_NORMALIZATION = 2;

/** normalizationEpsilon of core/networks/network.ts. */
export const NORMALIZATION_EPSILON: f32 = 1e-5;

// @ts-ignore: decorator
@inline
export function kept(x: v128): v128 {
  return withoutTiny(x, f32x4.abs(x));
}
