import { activationFunctions } from '../../../core/activations/activation-functions.ts';
import type { StackShape } from '../../../training/backend.ts';
import type { Split } from '../../../training/datasets/dataset.ts';

export interface DoubleForward {
  /** Per layer [rows][positions * units]. */
  readonly preActivations: number[][][];
  readonly activations: number[][][];
  readonly losses: number[];
  readonly predictions: number[];
  /** Mean and variance that each hidden layer was normalized by. */
  readonly statistics: Moments[][];
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
}

/**
 * Forward pass in double precision, written from the definitions (networkLayers) and independently of every backend. Batch
 * normalization takes the `given` statistics where there are some, else those of `rows`.
 */
export function doubleForward(
  shape: StackShape,
  parameters: ArrayLike<number>,
  split: Split,
  rows: ArrayLike<number>,
  given?: DoubleForward['statistics'],
): DoubleForward {
  const { value } = activationFunctions(shape.activation);
  const inputs = shape.layerSizes[0]!;
  const depth = shape.layerSizes.length - 2;
  const block = shape.network.name === 'residual' ? shape.network.blockLayers : Infinity;
  let h = Array.from(rows, (row) => Array.from(split.inputs.subarray(row * inputs, (row + 1) * inputs)));
  const sums: number[][][] = [];
  const preActivations: number[][][] = [];
  const activations: number[][][] = [];
  const statistics: Moments[][] = [];
  let offset = 0;
  const next = (count: number): number[] => Array.from({ length: count }, () => parameters[offset++]!);

  for (let layer = 0; layer <= depth; layer++) {
    const units = shape.layerSizes[layer + 1]!;
    const isHidden = layer < depth;
    const normalized = isHidden && shape.normalization.name !== 'none';
    const see = isHidden ? (row: number[]) => patches(shape, row) : (row: number[]) => pooled(shape, row, depth);
    const seen = h.map(see);
    const fanIn = seen[0]![0]!.length;
    const kernel = next(fanIn * units);
    const bias = next(units);
    const gain = normalized ? next(units) : [];
    const shortcut = isHidden && (layer + 1) % block === 0 ? sums[layer - block] : undefined;
    const s = seen.map((places, b) =>
      places.flatMap((patch, place) =>
        bias.map(
          (shift, j) =>
            patch.reduce((sum, x, i) => sum + x * kernel[i * units + j]!, normalized ? 0 : shift) +
            (shortcut?.[b]![place * units + j] ?? 0),
        ),
      ),
    );
    let z = s;
    if (normalized) {
      const own =
        shape.normalization.name === 'layer'
          ? s.map(momentsOf)
          : bias.map((_, j) => momentsOf(s.flatMap((row) => row.filter((_, i) => i % units === j))));
      const used = shape.normalization.name === 'batch' ? (given?.[layer] ?? own) : own;
      statistics.push(used);
      z = s.map((row, b) =>
        row.map((x, i) => {
          const j = i % units;
          const { mean: center, variance } = used[shape.normalization.name === 'layer' ? b : j]!;
          return (gain[j]! * (x - center)) / Math.sqrt(variance + 1e-5) + bias[j]!;
        }),
      );
    }
    h = isHidden ? z.map((row) => row.map(value)) : z;
    sums.push(s);
    preActivations.push(z);
    activations.push(h);
  }
  const losses = h.map((outputs, b) => exampleLoss(shape, outputs, split, rows[b]!));
  return {
    preActivations,
    activations,
    losses,
    predictions: h.map((outputs) => outputs.indexOf(Math.max(...outputs))),
    statistics,
  };
}

/** What a hidden layer's kernel sees of an example at each place: all of it, or the pixels around one. */
function patches({ network, image }: StackShape, row: number[]): number[][] {
  if (network.name !== 'convolution') return [row];
  const { height, width } = image!;
  const channels = row.length / (height * width);
  const reach = (network.kernelSize - 1) / 2;
  const side = Array.from({ length: network.kernelSize }, (_, i) => i - reach);
  const pixel = (y: number, x: number): number[] => {
    const isInside = y >= 0 && y < height && x >= 0 && x < width;
    return isInside ? row.slice((y * width + x) * channels, (y * width + x + 1) * channels) : Array(channels).fill(0);
  };
  return Array.from({ length: height * width }, (_, place) =>
    side.flatMap((dy) => side.flatMap((dx) => pixel(Math.floor(place / width) + dy, (place % width) + dx))),
  );
}

/** What the output layer sees: a convolution's mean over the pixels, else all. */
function pooled({ network, image }: StackShape, row: number[], depth: number): number[][] {
  if (network.name !== 'convolution' || depth === 0) return [row];
  const positions = image!.height * image!.width;
  const units = row.length / positions;
  return [Array.from({ length: units }, (_, j) => mean(row.filter((_, i) => i % units === j)))];
}

function momentsOf(values: readonly number[]): Moments {
  const center = mean(values);
  return { mean: center, variance: mean(values.map((x) => (x - center) ** 2)) };
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
