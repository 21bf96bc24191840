import { exponential, logOnePlus } from './vector-math';
import { paddedColumns, ROW } from './matrix';
import { Slot } from './slot';

/**
 * The losses defined in training/losses.ts, on outputs [rows, size] in panels `panel` bytes apart. Each adds the
 * examples' losses and correct predictions to `sums` and replaces the outputs by the gradient of the batch's mean loss with
 * respect to them (padding columns by 0). Codes as in training/backends/kernel/codes.ts.
 */
const CROSS_ENTROPY = 0;
const MEAN_SQUARED_ERROR = 1;
const HUBER = 2;

/** `targets`: class numbers [rows] (i32) or values [rows, size] (f32). `scratch`: 16 bytes per class. */
export function lossAndGradient(
  code: i32,
  outputs: usize,
  panel: usize,
  size: i32,
  targets: usize,
  rows: i32,
  sums: Slot,
  scratch: usize,
): void {
  switch (code) {
    case CROSS_ENTROPY:
      for (let row = 0; row < rows; row += 4) {
        crossEntropy(outputs + <usize>row * ROW, panel, size, targets + (<usize>row << 2), rows, rows - row, sums, scratch);
      }
      break;
    case MEAN_SQUARED_ERROR:
      regression(2, Infinity, outputs, panel, size, targets, rows, sums);
      break;
    case HUBER:
      regression(1, 1, outputs, panel, size, targets, rows, sums);
      break;
    default:
      unreachable();
  }
  for (let column = size; column < paddedColumns(size); column++) {
    for (let row = 0; row < rows; row++) store<f32>(address(outputs, panel, row, column), 0);
  }
}

// @ts-ignore: decorator
@inline
function address(outputs: usize, panel: usize, row: i32, column: i32): usize {
  return outputs + <usize>(column >> 3) * panel + <usize>row * ROW + (<usize>(column & 7) << 2);
}

/** Softmax cross entropy of 4 examples, one per lane; the lanes from `left` on are padding. */
function crossEntropy(
  outputs: usize,
  panel: usize,
  size: i32,
  targets: usize,
  rows: i32,
  left: i32,
  sums: Slot,
  scratch: usize,
): void {
  const target = v128.load(targets);
  let max = f32x4.splat(0);
  let best = i32x4.splat(0);
  let targetOutput = f32x4.splat(0);
  for (let k = 0; k < size; k++) {
    const at = address(outputs, panel, 0, k);
    let z = v128.load32_zero(at);
    z = v128.load32_lane(at, z, 1, 32);
    z = v128.load32_lane(at, z, 2, 64);
    z = v128.load32_lane(at, z, 3, 96);
    v128.store(scratch + (<usize>k << 4), z);
    const k4 = i32x4.splat(k);
    // Strictly greater: of equal outputs the first is the prediction.
    const greater = k == 0 ? i32x4.splat(-1) : f32x4.gt(z, max);
    max = v128.bitselect(z, max, greater);
    best = v128.bitselect(k4, best, greater);
    targetOutput = v128.bitselect(z, targetOutput, i32x4.eq(k4, target));
  }

  // The greatest term is exp 0 = 1; the others are summed apart so that a confident example keeps its digits.
  let others = f32x4.splat(0);
  for (let k = 0; k < size; k++) {
    const at = scratch + (<usize>k << 4);
    const e = exponential(f32x4.sub(v128.load(at), max));
    v128.store(at, e);
    others = f32x4.add(others, v128.andnot(e, i32x4.eq(i32x4.splat(k), best)));
  }
  const sum = f32x4.add(f32x4.splat(1), others);
  const losses = f32x4.sub(logOnePlus(others), f32x4.sub(targetOutput, max));
  const correct = i32x4.eq(best, target);

  // softmax - 1 at the target, again without cancelling: -others / sum where the target is the greatest.
  const scale = f32x4.div(f32x4.splat(1 / <f32>rows), sum);
  for (let k = 0; k < size; k++) {
    const e = v128.load(scratch + (<usize>k << 4));
    const atTarget = v128.bitselect(f32x4.neg(others), f32x4.sub(e, sum), correct);
    const gradient = f32x4.mul(scale, v128.bitselect(atTarget, e, i32x4.eq(i32x4.splat(k), target)));
    const at = address(outputs, panel, 0, k);
    v128.store32_lane(at, gradient, 0);
    v128.store32_lane(at, gradient, 1, 32);
    v128.store32_lane(at, gradient, 2, 64);
    v128.store32_lane(at, gradient, 3, 96);
  }

  v128.store(scratch, losses);
  v128.store(scratch, correct, 16);
  for (let lane: usize = 0; lane < <usize>min(left, 4); lane++) {
    sums.lossSum += <f64>load<f32>(scratch + (lane << 2));
    sums.correct -= <f64>load<i32>(scratch + (lane << 2), 16);
  }
}

/** Mean over outputs of `curvature` / 2 times the squared difference, linear beyond `limit`. */
function regression(
  curvature: f32,
  limit: f32,
  outputs: usize,
  panel: usize,
  size: i32,
  targets: usize,
  rows: i32,
  sums: Slot,
): void {
  const scale: f32 = 1 / (<f32>rows * <f32>size);
  for (let row = 0; row < rows; row++) {
    let sum: f64 = 0;
    for (let k = 0; k < size; k++, targets += 4) {
      const at = address(outputs, panel, row, k);
      const difference = load<f32>(at) - load<f32>(targets);
      // Written so that NaN counts as inside and stays NaN.
      const outside = abs(difference) > limit;
      const slope = outside ? copysign<f32>(1, difference) : curvature * difference;
      sum += outside ? <f64>abs(difference) - 0.5 : 0.5 * <f64>curvature * <f64>difference * <f64>difference;
      store<f32>(at, scale * slope);
    }
    sums.lossSum += sum / <f64>size;
  }
}
