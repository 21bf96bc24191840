import { activationFunctions } from '../../../core/activations/activation-functions.ts';
import type { StackShape } from '../../../training/backend.ts';
import type { Split } from '../../../training/datasets/dataset.ts';

export interface DoubleForward {
  /** Per layer [rows][fanOut]. */
  readonly preActivations: number[][][];
  readonly activations: number[][][];
  readonly losses: number[];
  readonly predictions: number[];
}

/** Forward pass in double precision, written from the definitions and independently of every backend. */
export function doubleForward(
  shape: StackShape,
  parameters: ArrayLike<number>,
  split: Split,
  rows: ArrayLike<number>,
): DoubleForward {
  const { value } = activationFunctions(shape.activation);
  const inputs = shape.layerSizes[0]!;
  let h = Array.from(rows, (row) => Array.from(split.inputs.subarray(row * inputs, (row + 1) * inputs)));
  const preActivations: number[][][] = [];
  const activations: number[][][] = [];
  let offset = 0;
  shape.layerSizes.slice(1).forEach((fanOut, layer, { length }) => {
    const fanIn = shape.layerSizes[layer]!;
    const start = offset;
    const z = h.map((row) =>
      Array.from({ length: fanOut }, (_, j) =>
        row.reduce(
          (sum, x, i) => sum + x * parameters[start + i * fanOut + j]!,
          parameters[start + fanIn * fanOut + j]!,
        ),
      ),
    );
    offset += fanIn * fanOut + fanOut;
    h = layer === length - 1 ? z : z.map((row) => row.map(value));
    preActivations.push(z);
    activations.push(h);
  });
  const losses = h.map((outputs, b) => exampleLoss(shape, outputs, split, rows[b]!));
  return {
    preActivations,
    activations,
    losses,
    predictions: h.map((outputs) => outputs.indexOf(Math.max(...outputs))),
  };
}

export const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

function exampleLoss(shape: StackShape, outputs: number[], split: Split, row: number): number {
  if (shape.loss === 'crossEntropy') {
    const max = Math.max(...outputs);
    return Math.log(outputs.reduce((sum, o) => sum + Math.exp(o - max), 0)) + max - outputs[split.targets[row]!]!;
  }
  const differences = outputs.map((o, k) => Math.abs(o - split.targets[row * outputs.length + k]!));
  if (shape.loss === 'meanSquaredError') return mean(differences.map((d) => d * d));
  return mean(differences.map((d) => (d <= 1 ? (d * d) / 2 : d - 0.5)));
}
