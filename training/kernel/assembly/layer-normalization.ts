/** Layer normalization: over the units, and pixels, of an example. */
import { ROW } from './matrix';
import { kept, NORMALIZATION_EPSILON } from './normalization';
import { multiplyAdd, squarable } from './vector-math';

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
