/** Batch normalization: over the examples, and pixels, of a unit. */
import { ROW } from './matrix';
import { kept, NORMALIZATION_EPSILON } from './normalization';
import { multiplyAdd, squarable } from './vector-math';

// @ts-ignore: decorator
@inline
function squaredDistance(at: usize, mean: v128): v128 {
  const d = squarable(f32x4.sub(v128.load(at), mean));
  return f32x4.mul(d, d);
}

// @ts-ignore: decorator
@inline
function whole(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** Mean and scale of each of a panel's columns over `rows` examples. */
export function columnStatistics(values: usize, rows: i32, means: usize, scales: usize): void {
  const count = f32x4.splat(<f32>rows);
  const fours = <usize>(rows & ~3) * ROW;
  const bytes = <usize>rows * ROW;
  for (let half: usize = 0; half < ROW; half += 16) {
    const first = values + half;
    let a = f32x4.splat(0);
    let b = a, c = a, d = a;
    let at: usize = 0;
    for (; at < fours; at += 4 * ROW) {
      a = f32x4.add(a, v128.load(first + at));
      b = f32x4.add(b, v128.load(first + at, 32));
      c = f32x4.add(c, v128.load(first + at, 64));
      d = f32x4.add(d, v128.load(first + at, 96));
    }
    for (; at < bytes; at += ROW) a = f32x4.add(a, v128.load(first + at));
    const mean = f32x4.div(whole(a, b, c, d), count);
    a = f32x4.splat(0);
    b = a;
    c = a;
    d = a;
    for (at = 0; at < fours; at += 4 * ROW) {
      a = f32x4.add(a, squaredDistance(first + at, mean));
      b = f32x4.add(b, squaredDistance(first + at + ROW, mean));
      c = f32x4.add(c, squaredDistance(first + at + 2 * ROW, mean));
      d = f32x4.add(d, squaredDistance(first + at + 3 * ROW, mean));
    }
    for (; at < bytes; at += ROW) a = f32x4.add(a, squaredDistance(first + at, mean));
    const variance = f32x4.div(whole(a, b, c, d), count);
    v128.store(means + half, mean);
    const root = f32x4.sqrt(f32x4.add(variance, f32x4.splat(NORMALIZATION_EPSILON)));
    v128.store(scales + half, f32x4.div(f32x4.splat(1), root));
  }
}

/** Batch normalization of a panel by such statistics. */
export function normalizeColumns(
  values: usize,
  normals: usize,
  means: usize,
  scales: usize,
  gain: usize,
  shift: usize,
  rows: i32,
): void {
  const bytes = <usize>rows * ROW;
  for (let half: usize = 0; half < ROW; half += 16) {
    const mean = v128.load(means + half);
    const scale = v128.load(scales + half);
    const factor = v128.load(gain + half);
    const addend = v128.load(shift + half);
    for (let at = half; at < bytes; at += ROW) {
      const n = kept(f32x4.mul(f32x4.sub(v128.load(values + at), mean), scale));
      v128.store(normals + at, n);
      v128.store(values + at, multiplyAdd(factor, n, addend));
    }
  }
}

/** Of a panel's columns: the gradients of shift and gain, which are the sums of dz and of dz n over `rows` examples. */
export function shiftAndGainGradients(
  deltas: usize,
  normals: usize,
  rows: i32,
  shiftGradients: usize,
  gainGradients: usize,
): void {
  const fours = <usize>(rows & ~3) * ROW;
  const bytes = <usize>rows * ROW;
  const to = normals - deltas;
  for (let half: usize = 0; half < ROW; half += 16) {
    let s0 = f32x4.splat(0);
    let s1 = s0, s2 = s0, s3 = s0, p0 = s0, p1 = s0, p2 = s0, p3 = s0;
    const end = deltas + half + bytes;
    let at = deltas + half;
    for (const last = at + fours; at != last; at += 4 * ROW) {
      const d0 = v128.load(at);
      s0 = f32x4.add(s0, d0);
      p0 = multiplyAdd(d0, v128.load(at + to), p0);
      const d1 = v128.load(at, 32);
      s1 = f32x4.add(s1, d1);
      p1 = multiplyAdd(d1, v128.load(at + to, 32), p1);
      const d2 = v128.load(at, 64);
      s2 = f32x4.add(s2, d2);
      p2 = multiplyAdd(d2, v128.load(at + to, 64), p2);
      const d3 = v128.load(at, 96);
      s3 = f32x4.add(s3, d3);
      p3 = multiplyAdd(d3, v128.load(at + to, 96), p3);
    }
    for (; at != end; at += ROW) {
      const delta = v128.load(at);
      s0 = f32x4.add(s0, delta);
      p0 = multiplyAdd(delta, v128.load(at + to), p0);
    }
    v128.store(shiftGradients + half, whole(s0, s1, s2, s3));
    v128.store(gainGradients + half, whole(p0, p1, p2, p3));
  }
}

/**
 * The way back of normalizeColumns over a batch's own statistics, in place: ds = gain * scale * (dz - (gradient of shift + n * gradient
 * of gain) / examples). `padded` rows of the panel are computed, `rows` are examples.
 */
export function normalizeColumnsBack(
  deltas: usize,
  normals: usize,
  scales: usize,
  gain: usize,
  padded: i32,
  rows: i32,
  shiftGradients: usize,
  gainGradients: usize,
): void {
  const count = f32x4.splat(<f32>rows);
  const bytes = <usize>padded * ROW;
  for (let half: usize = 0; half < ROW; half += 16) {
    const factor = f32x4.mul(v128.load(gain + half), v128.load(scales + half));
    const mean = f32x4.div(v128.load(shiftGradients + half), count);
    const slope = f32x4.div(v128.load(gainGradients + half), count);
    for (let at = half; at < bytes; at += ROW) {
      const rest = f32x4.sub(v128.load(deltas + at), multiplyAdd(v128.load(normals + at), slope, mean));
      v128.store(deltas + at, kept(f32x4.mul(factor, rest)));
    }
  }
}
