/**
 * The three products of a dense layer. A matrix [R, C] is stored as *panels* of 8 columns, one after the other: panel p
 * holds columns 8p .. 8p + 7 as [R, 8] row-major, the last one padded with columns. A tile of 4 rows x 8 columns of a
 * product then lives in 8 vector registers, and both factors stream through it at unit stride whatever their width (a
 * power of two as row stride would map whole columns to a few cache sets). Sums run over actual rows and columns only,
 * in order, one product after the other; what stands in padding never enters a result.
 *
 * Rows of activations are padded to a multiple of 4 (tile height), columns to a multiple of 8 (panel width).
 */
import { withoutTiny } from './vector-math';

/** Bytes of one row of a panel. */
export const ROW: usize = 32;

// @ts-ignore: decorator
@inline
export function paddedRows(rows: i32): i32 {
  return (rows + 3) & ~3;
}

// @ts-ignore: decorator
@inline
export function paddedColumns(columns: i32): i32 {
  return (columns + 7) & ~7;
}

/**
 * Forward: one panel of z [rows, fanOut] = h [rows, fanIn] W + b. `kernel` and `bias` are those of the panel; panels of h lie
 * `panel` bytes apart.
 */
export function affinePanel(
  h: usize,
  panel: usize,
  rows: i32,
  fanIn: i32,
  kernel: usize,
  bias: usize,
  z: usize,
): void {
  const b0 = v128.load(bias);
  const b1 = v128.load(bias, 16);
  for (let end = h + <usize>rows * ROW; h != end; h += 4 * ROW, z += 4 * ROW) {
    let c00 = b0, c10 = b0, c20 = b0, c30 = b0;
    let c01 = b1, c11 = b1, c21 = b1, c31 = b1;
    let w = kernel;
    let block = h;
    for (let left = fanIn; left > 0; left -= 8, block += panel) {
      let a = block;
      const last = block + (<usize>min(left, 8) << 2);
      for (; a != last; a += 4, w += ROW) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        const a0 = v128.load32_splat(a);
        c00 = f32x4.add(c00, f32x4.mul(a0, w0));
        c01 = f32x4.add(c01, f32x4.mul(a0, w1));
        const a1 = v128.load32_splat(a, 32);
        c10 = f32x4.add(c10, f32x4.mul(a1, w0));
        c11 = f32x4.add(c11, f32x4.mul(a1, w1));
        const a2 = v128.load32_splat(a, 64);
        c20 = f32x4.add(c20, f32x4.mul(a2, w0));
        c21 = f32x4.add(c21, f32x4.mul(a2, w1));
        const a3 = v128.load32_splat(a, 96);
        c30 = f32x4.add(c30, f32x4.mul(a3, w0));
        c31 = f32x4.add(c31, f32x4.mul(a3, w1));
      }
    }
    v128.store(z, c00);
    v128.store(z, c01, 16);
    v128.store(z, c10, 32);
    v128.store(z, c11, 48);
    v128.store(z, c20, 64);
    v128.store(z, c21, 80);
    v128.store(z, c30, 96);
    v128.store(z, c31, 112);
  }
}

/**
 * Backward: one panel of the gradient [rows, fanIn] with respect to the layer's inputs, deltas [rows, fanOut] W^T, times
 * the activation's derivatives there. `transposed` is the panel of W^T; panels of deltas lie `panel` bytes apart.
 */
export function inputGradientPanel(
  deltas: usize,
  panel: usize,
  rows: i32,
  fanOut: i32,
  transposed: usize,
  derivatives: usize,
  below: usize,
): void {
  const to = below - derivatives;
  for (let end = deltas + <usize>rows * ROW; deltas != end; deltas += 4 * ROW, derivatives += 4 * ROW) {
    let c00 = f32x4.splat(0);
    let c10 = c00, c20 = c00, c30 = c00, c01 = c00, c11 = c00, c21 = c00, c31 = c00;
    let w = transposed;
    let block = deltas;
    for (let left = fanOut; left > 0; left -= 8, block += panel) {
      let a = block;
      const last = block + (<usize>min(left, 8) << 2);
      for (; a != last; a += 4, w += ROW) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        const a0 = v128.load32_splat(a);
        c00 = f32x4.add(c00, f32x4.mul(a0, w0));
        c01 = f32x4.add(c01, f32x4.mul(a0, w1));
        const a1 = v128.load32_splat(a, 32);
        c10 = f32x4.add(c10, f32x4.mul(a1, w0));
        c11 = f32x4.add(c11, f32x4.mul(a1, w1));
        const a2 = v128.load32_splat(a, 64);
        c20 = f32x4.add(c20, f32x4.mul(a2, w0));
        c21 = f32x4.add(c21, f32x4.mul(a2, w1));
        const a3 = v128.load32_splat(a, 96);
        c30 = f32x4.add(c30, f32x4.mul(a3, w0));
        c31 = f32x4.add(c31, f32x4.mul(a3, w1));
      }
    }
    scaled(derivatives, to, c00);
    scaled(derivatives + 16, to, c01);
    scaled(derivatives + 32, to, c10);
    scaled(derivatives + 48, to, c11);
    scaled(derivatives + 64, to, c20);
    scaled(derivatives + 80, to, c21);
    scaled(derivatives + 96, to, c30);
    scaled(derivatives + 112, to, c31);
  }
}

// @ts-ignore: decorator
@inline
function scaled(derivative: usize, to: usize, gradient: v128): void {
  const delta = f32x4.mul(gradient, v128.load(derivative));
  v128.store(derivative + to, withoutTiny(delta, f32x4.abs(delta)));
}

/**
 * One panel [fanIn, 8] of the kernel gradient h^T deltas over `rows` examples, added to what is there where `adds` says so.
 * `deltas` is the panel of the deltas; panels of h lie `panel` bytes apart. Writes whole tiles: up to 3 rows more than fanIn.
 */
export function kernelGradientPanel(
  h: usize,
  panel: usize,
  fanIn: i32,
  deltas: usize,
  rows: i32,
  gradient: usize,
  adds: bool,
): void {
  const end = deltas + <usize>rows * ROW;
  for (let i = 0; i < fanIn; i += 4, gradient += 4 * ROW) {
    let a = h + <usize>(i >> 3) * panel + (<usize>(i & 4) << 2);
    let c00 = f32x4.splat(0);
    let c10 = c00, c20 = c00, c30 = c00, c01 = c00, c11 = c00, c21 = c00, c31 = c00;
    if (adds) {
      c00 = v128.load(gradient);
      c01 = v128.load(gradient, 16);
      c10 = v128.load(gradient, 32);
      c11 = v128.load(gradient, 48);
      c20 = v128.load(gradient, 64);
      c21 = v128.load(gradient, 80);
      c30 = v128.load(gradient, 96);
      c31 = v128.load(gradient, 112);
    }
    for (let d = deltas; d != end; d += ROW, a += ROW) {
      const d0 = v128.load(d);
      const d1 = v128.load(d, 16);
      const a0 = v128.load32_splat(a);
      c00 = f32x4.add(c00, f32x4.mul(a0, d0));
      c01 = f32x4.add(c01, f32x4.mul(a0, d1));
      const a1 = v128.load32_splat(a, 4);
      c10 = f32x4.add(c10, f32x4.mul(a1, d0));
      c11 = f32x4.add(c11, f32x4.mul(a1, d1));
      const a2 = v128.load32_splat(a, 8);
      c20 = f32x4.add(c20, f32x4.mul(a2, d0));
      c21 = f32x4.add(c21, f32x4.mul(a2, d1));
      const a3 = v128.load32_splat(a, 12);
      c30 = f32x4.add(c30, f32x4.mul(a3, d0));
      c31 = f32x4.add(c31, f32x4.mul(a3, d1));
    }
    v128.store(gradient, c00);
    v128.store(gradient, c01, 16);
    v128.store(gradient, c10, 32);
    v128.store(gradient, c11, 48);
    v128.store(gradient, c20, 64);
    v128.store(gradient, c21, 80);
    v128.store(gradient, c30, 96);
    v128.store(gradient, c31, 112);
  }
}

/** One panel [8] of the bias gradient: column sums of a panel of deltas over `rows` examples. */
export function biasGradientPanel(deltas: usize, rows: i32, gradient: usize): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  for (let end = deltas + <usize>rows * ROW; deltas != end; deltas += ROW) {
    c0 = f32x4.add(c0, v128.load(deltas));
    c1 = f32x4.add(c1, v128.load(deltas, 16));
  }
  v128.store(gradient, c0);
  v128.store(gradient, c1, 16);
}

/** Panels of W^T [fanOut, fanIn] from those of W [fanIn, fanOut]; both sides padded to a multiple of 8. */
export function transpose(kernel: usize, fanIn: i32, fanOut: i32, transposed: usize): void {
  const inputs = paddedColumns(fanIn);
  const outputs = paddedColumns(fanOut);
  for (let j = 0; j < outputs; j += 4) {
    for (let i = 0; i < inputs; i += 4) {
      const from = kernel + (<usize>(j >> 3) * inputs + i) * ROW + (<usize>(j & 4) << 2);
      const to = transposed + (<usize>(i >> 3) * outputs + j) * ROW + (<usize>(i & 4) << 2);
      const r0 = v128.load(from);
      const r1 = v128.load(from, 32);
      const r2 = v128.load(from, 64);
      const r3 = v128.load(from, 96);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
      v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
      v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
    }
  }
}
