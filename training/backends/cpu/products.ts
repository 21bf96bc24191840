import type { LayerLayout } from '../../parameter-layout.ts';

/** The matrix products of a layer, as plain loops; sums are in double precision. `rows` counts examples times positions. */

/** s [rows, units] = h [rows, fanIn] W, plus the bias where the layer is not normalized. */
export function weightedSums(
  layer: LayerLayout,
  parameters: Float32Array,
  h: Float32Array,
  rows: number,
  s: Float32Array,
): void {
  const { fanIn, units, kernel, bias, normalized } = layer;
  const sums = new Float64Array(units);
  for (let b = 0; b < rows; b++) {
    for (let j = 0; j < units; j++) sums[j] = normalized ? 0 : parameters[bias + j]!;
    for (let i = 0; i < fanIn; i++) {
      const input = h[b * fanIn + i]!;
      const row = kernel + i * units;
      for (let j = 0; j < units; j++) sums[j]! += input * parameters[row + j]!;
    }
    s.set(sums, b * units);
  }
}

/** Kernel gradient [fanIn, units] = h^T deltas. */
export function kernelGradients(
  layer: LayerLayout,
  h: Float32Array,
  deltas: Float32Array,
  rows: number,
  gradients: Float32Array,
): void {
  const { fanIn, units, kernel } = layer;
  const sums = new Float64Array(units);
  for (let i = 0; i < fanIn; i++) {
    sums.fill(0);
    for (let b = 0; b < rows; b++) {
      const input = h[b * fanIn + i]!;
      for (let j = 0; j < units; j++) sums[j]! += input * deltas[b * units + j]!;
    }
    gradients.set(sums, kernel + i * units);
  }
}

/** Bias gradient [units] = column sums of the pre-activations' gradients. */
export function biasGradients(
  { units, bias }: LayerLayout,
  deltas: Float32Array,
  rows: number,
  gradients: Float32Array,
): void {
  const sums = new Float64Array(units);
  for (let b = 0; b < rows; b++) for (let j = 0; j < units; j++) sums[j]! += deltas[b * units + j]!;
  gradients.set(sums, bias);
}

/** Gradient with respect to the layer's inputs [rows, fanIn] = deltas W^T. */
export function inputGradients(
  layer: LayerLayout,
  parameters: Float32Array,
  deltas: Float32Array,
  rows: number,
  below: Float32Array,
): void {
  const { fanIn, units, kernel } = layer;
  for (let b = 0; b < rows; b++) {
    for (let i = 0; i < fanIn; i++) {
      let sum = 0;
      const row = kernel + i * units;
      for (let j = 0; j < units; j++) sum += deltas[b * units + j]! * parameters[row + j]!;
      below[b * fanIn + i] = sum;
    }
  }
}
