/**
 * Layer and batch normalization in place, z = gain * n + shift with the normal values n = (s - mean) * scale and scale = 1 /
 * sqrt(variance + epsilon), and the way back from the gradient by z to that by s (core/networks/network-layers.ts). Matrices are [rows,
 * units] in panels; gain and shift are panels of one row. Sums over rows are taken in four parts, sums over units lane by lane
 * first.
 */
import { ROW } from './matrix';
import { multiplyAdd, squarable, withoutTiny } from './vector-math';

export const NOT_NORMALIZED = 0;
export const LAYER_NORMALIZATION = 1;
export const BATCH_NORMALIZATION = 2;

/** normalizationEpsilon of core/networks/network.ts. */
const NORMALIZATION_EPSILON: f32 = 1e-5;

// @ts-ignore: decorator
@inline
function kept(x: v128): v128 {
  return withoutTiny(x, f32x4.abs(x));
}

/** Selects the first `count` lanes; none below 1, all from 4 on. */
// @ts-ignore: decorator
@inline
function lanesBelow(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** What a row's statistics are made of. */
const VALUES = 0;
const SQUARES = 1;
const DELTAS = 2;
const PRODUCTS = 3;

/**
 * The sum over a row's units of its numbers, of their squared distances from `mean`, of gain * delta or of gain * delta * normal
 * value. `values` is the row in the first panel; `normals` that of the normal values.
 */
// @ts-ignore: decorator
@inline
function sumOfRow(what: i32, values: usize, normals: usize, gain: usize, panel: usize, units: i32, mean: f32): f32 {
  const means = f32x4.splat(mean);
  let sum = f32x4.splat(0);
  for (let left = units; left > 0; left -= 8, values += panel, normals += panel, gain += ROW) {
    for (let half: usize = 0; half < ROW; half += 16) {
      let x = v128.load(values + half);
      if (what == SQUARES) {
        x = squarable(f32x4.sub(x, means));
        x = f32x4.mul(x, x);
      } else if (what != VALUES) {
        x = f32x4.mul(v128.load(gain + half), x);
        if (what == PRODUCTS) x = f32x4.mul(x, v128.load(normals + half));
      }
      sum = f32x4.add(sum, v128.and(x, lanesBelow(left - (<i32>half >> 2))));
    }
  }
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

/** The sums of `sumOfRow` over the `pixels` rows of an example. */
// @ts-ignore: decorator
@inline
function sumOfPixels(
  what: i32,
  values: usize,
  normals: usize,
  gain: usize,
  panel: usize,
  units: i32,
  mean: f32,
  pixels: i32,
): f32 {
  let sum: f32 = 0;
  for (let row = 0; row < pixels; row++, values += ROW, normals += ROW) {
    sum += sumOfRow(what, values, normals, gain, panel, units, mean);
  }
  return sum;
}

/**
 * Layer normalization of examples of `pixels` rows each; panels lie `panel` bytes apart. Leaves normal values, and a scale (f32) for
 * each example.
 */
export function normalizeExamples(
  values: usize,
  normals: usize,
  scales: usize,
  gain: usize,
  shift: usize,
  panel: usize,
  examples: i32,
  pixels: i32,
  units: i32,
): void {
  const count = <f32>(units * pixels);
  const bytes = <usize>pixels * ROW;
  for (let example = 0; example < examples; example++, values += bytes, normals += bytes, scales += 4) {
    const mean = sumOfPixels(VALUES, values, normals, gain, panel, units, 0, pixels) / count;
    const variance = sumOfPixels(SQUARES, values, normals, gain, panel, units, mean, pixels) / count;
    const scale: f32 = 1 / sqrt<f32>(variance + NORMALIZATION_EPSILON);
    store<f32>(scales, scale);
    let first: usize = 0;
    for (let left = units, unit: usize = 0; left > 0; left -= 8, first += panel, unit += ROW) {
      for (let half: usize = 0; half < ROW; half += 16) {
        const inside = lanesBelow(left - (<i32>half >> 2));
        const factor = v128.load(gain + unit + half);
        const addend = v128.load(shift + unit + half);
        for (let at = first + half; at < first + bytes; at += ROW) {
          const d = f32x4.mul(f32x4.sub(v128.load(values + at), f32x4.splat(mean)), f32x4.splat(scale));
          const n = v128.and(kept(d), inside);
          v128.store(normals + at, n);
          v128.store(values + at, multiplyAdd(factor, n, addend));
        }
      }
    }
  }
}

/**
 * The way back of normalizeExamples, in place: with d = gain dz, ds = scale * (d - (sum of d + n * sum of d n) / count), sums over
 * the units and pixels of an example.
 */
export function normalizeExamplesBack(
  deltas: usize,
  normals: usize,
  scales: usize,
  gain: usize,
  panel: usize,
  examples: i32,
  pixels: i32,
  units: i32,
): void {
  const count = <f32>(units * pixels);
  const bytes = <usize>pixels * ROW;
  for (let example = 0; example < examples; example++, deltas += bytes, normals += bytes, scales += 4) {
    const mean = f32x4.splat(sumOfPixels(DELTAS, deltas, normals, gain, panel, units, 0, pixels) / count);
    const slope = f32x4.splat(sumOfPixels(PRODUCTS, deltas, normals, gain, panel, units, 0, pixels) / count);
    const scale = f32x4.splat(load<f32>(scales));
    let first: usize = 0;
    for (let left = units, unit: usize = 0; left > 0; left -= 8, first += panel, unit += ROW) {
      for (let half: usize = 0; half < ROW; half += 16) {
        const inside = lanesBelow(left - (<i32>half >> 2));
        const factor = v128.load(gain + unit + half);
        for (let at = first + half; at < first + bytes; at += ROW) {
          const d = f32x4.mul(factor, v128.load(deltas + at));
          const rest = f32x4.sub(d, multiplyAdd(v128.load(normals + at), slope, mean));
          v128.store(deltas + at, v128.and(kept(f32x4.mul(rest, scale)), inside));
        }
      }
    }
  }
}

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

/** The means of a panel's columns over the `pixels` rows of each example. */
export function columnMeans(values: usize, pixels: i32, examples: i32, means: usize): void {
  const count = f32x4.splat(<f32>pixels);
  const bytes = <usize>pixels * ROW;
  for (let example = 0; example < examples; example++, values += bytes, means += ROW) {
    for (let half: usize = 0; half < ROW; half += 16) {
      let sum = f32x4.splat(0);
      for (let at = values + half; at < values + bytes; at += ROW) sum = f32x4.add(sum, v128.load(at));
      v128.store(means + half, f32x4.div(sum, count));
    }
  }
}

/** The way back of columnMeans, times the activation's derivatives. */
export function spreadMeans(gradients: usize, pixels: i32, examples: i32, derivatives: usize, deltas: usize): void {
  const count = f32x4.splat(<f32>pixels);
  const bytes = <usize>pixels * ROW;
  const to = deltas - derivatives;
  for (let example = 0; example < examples; example++, derivatives += bytes, gradients += ROW) {
    for (let half: usize = 0; half < ROW; half += 16) {
      const share = f32x4.div(v128.load(gradients + half), count);
      for (let at = derivatives + half; at < derivatives + bytes; at += ROW) {
        v128.store(at + to, kept(f32x4.mul(share, v128.load(at))));
      }
    }
  }
}

/** A shortcut: `values` take what the stream holds on board, and the stream then holds them, whichever is asked for. */
export function joinStream(values: usize, stream: usize, bytes: usize, takes: bool, leaves: bool): void {
  const to = stream - values;
  for (const end = values + bytes; values != end; values += 16) {
    let x = v128.load(values);
    if (takes) {
      x = kept(f32x4.add(x, v128.load(values + to)));
      v128.store(values, x);
    }
    if (leaves) v128.store(values + to, x);
  }
}
