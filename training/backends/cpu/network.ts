import { activationFunctions } from '../../../core/activations/activation-functions.ts';
import type { StackShape } from '../../backend.ts';
import type { Split } from '../../datasets/dataset.ts';
import { parameterLayout, type LayerLayout, type ParameterLayout } from '../../parameter-layout.ts';
import { exampleLoss, type BatchLoss } from './loss.ts';

/** What one pass over at most `rows` examples leaves behind; overwritten by the next pass. */
interface Workspace {
  readonly inputs: Float32Array;
  /** Per layer [rows, fanOut]. */
  readonly preActivations: readonly Float32Array[];
  readonly activations: readonly Float32Array[];
  readonly preActivationGradients: readonly Float32Array[];
  /** Laid out as the parameters. */
  readonly parameterGradients: Float32Array;
}

/**
 * Forward and backward pass of a multilayer perceptron as plain loops: products are summed in double precision, results are
 * stored as float32.
 */
export interface Network {
  readonly layout: ParameterLayout;
  readonly workspace: Workspace;
  /** Runs `rows` of `split` through the network and adds to `sums`; leaves (pre-)activations in the workspace. */
  forward(parameters: Float32Array, split: Split, rows: Uint32Array, sums: BatchLoss): void;
  /** The same, and then the gradients of the mean loss over `rows`. */
  forwardAndBackward(parameters: Float32Array, split: Split, rows: Uint32Array, sums: BatchLoss): void;
}

/** A network of this shape whose passes cover at most `maxRows` examples. */
export function createNetwork(shape: StackShape, maxRows: number): Network {
  const layout = parameterLayout(shape.layerSizes);
  const { value, derivative } = activationFunctions(shape.activation);
  const inputSize = shape.layerSizes[0]!;
  const last = layout.layers.length - 1;
  const perLayer = (): Float32Array[] => layout.layers.map(({ fanOut }) => new Float32Array(maxRows * fanOut));
  const preActivations = perLayer();
  const workspace: Workspace = {
    inputs: new Float32Array(maxRows * inputSize),
    preActivations,
    activations: perLayer().map((buffer, layer) => (layer === last ? preActivations[last]! : buffer)),
    preActivationGradients: perLayer(),
    parameterGradients: new Float32Array(layout.count),
  };
  const layerInputs = (layer: number): Float32Array =>
    layer === 0 ? workspace.inputs : workspace.activations[layer - 1]!;

  function propagate(parameters: Float32Array, split: Split, rows: Uint32Array): void {
    rows.forEach((row, b) => {
      workspace.inputs.set(split.inputs.subarray(row * inputSize, (row + 1) * inputSize), b * inputSize);
    });
    layout.layers.forEach((layer, index) => {
      const size = rows.length * layer.fanOut;
      const z = preActivations[index]!;
      affine(layer, parameters, layerInputs(index), rows.length, z);
      if (index === last) return;
      const h = workspace.activations[index]!;
      for (let i = 0; i < size; i++) h[i] = value(z[i]!);
    });
  }

  function lossOf(split: Split, rows: Uint32Array, sums: BatchLoss, gradients: Float32Array | null): void {
    const { fanOut } = layout.layers[last]!;
    rows.forEach((row, b) => {
      exampleLoss(shape.loss, preActivations[last]!, b * fanOut, fanOut, split, row, sums, gradients, 1 / rows.length);
    });
  }

  function backPropagate(parameters: Float32Array, rows: number): void {
    for (let index = last; index >= 0; index--) {
      const layer = layout.layers[index]!;
      const deltas = workspace.preActivationGradients[index]!;
      parameterGradients(layer, layerInputs(index), deltas, rows, workspace.parameterGradients);
      if (index === 0) continue;
      const below = workspace.preActivationGradients[index - 1]!;
      inputGradients(layer, parameters, deltas, rows, below);
      const z = preActivations[index - 1]!;
      for (let i = 0; i < rows * layer.fanIn; i++) below[i] = below[i]! * derivative(z[i]!);
    }
  }

  return {
    layout,
    workspace,
    forward(parameters, split, rows, sums) {
      propagate(parameters, split, rows);
      lossOf(split, rows, sums, null);
    },
    forwardAndBackward(parameters, split, rows, sums) {
      propagate(parameters, split, rows);
      lossOf(split, rows, sums, workspace.preActivationGradients[last]!);
      backPropagate(parameters, rows.length);
    },
  };
}

/** z [rows, fanOut] = h [rows, fanIn] W + b. */
function affine(layer: LayerLayout, parameters: Float32Array, h: Float32Array, rows: number, z: Float32Array): void {
  const { fanIn, fanOut, kernel, bias } = layer;
  const sums = new Float64Array(fanOut);
  for (let b = 0; b < rows; b++) {
    for (let j = 0; j < fanOut; j++) sums[j] = parameters[bias + j]!;
    for (let i = 0; i < fanIn; i++) {
      const input = h[b * fanIn + i]!;
      const row = kernel + i * fanOut;
      for (let j = 0; j < fanOut; j++) sums[j]! += input * parameters[row + j]!;
    }
    z.set(sums, b * fanOut);
  }
}

/** Kernel gradient = h^T deltas, bias gradient = column sums of deltas. */
function parameterGradients(
  layer: LayerLayout,
  h: Float32Array,
  deltas: Float32Array,
  rows: number,
  gradients: Float32Array,
): void {
  const { fanIn, fanOut, kernel, bias } = layer;
  const sums = new Float64Array(fanOut);
  for (let i = 0; i < fanIn; i++) {
    sums.fill(0);
    for (let b = 0; b < rows; b++) {
      const input = h[b * fanIn + i]!;
      for (let j = 0; j < fanOut; j++) sums[j]! += input * deltas[b * fanOut + j]!;
    }
    gradients.set(sums, kernel + i * fanOut);
  }
  sums.fill(0);
  for (let b = 0; b < rows; b++) for (let j = 0; j < fanOut; j++) sums[j]! += deltas[b * fanOut + j]!;
  gradients.set(sums, bias);
}

/** Gradient with respect to the layer's inputs [rows, fanIn] = deltas W^T. */
function inputGradients(
  layer: LayerLayout,
  parameters: Float32Array,
  deltas: Float32Array,
  rows: number,
  below: Float32Array,
): void {
  const { fanIn, fanOut, kernel } = layer;
  for (let b = 0; b < rows; b++) {
    for (let i = 0; i < fanIn; i++) {
      let sum = 0;
      const row = kernel + i * fanOut;
      for (let j = 0; j < fanOut; j++) sum += deltas[b * fanOut + j]! * parameters[row + j]!;
      below[b * fanIn + i] = sum;
    }
  }
}
