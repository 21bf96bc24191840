import { activationFunctions } from '../../../core/activations/activation-functions.ts';
import type { StackShape } from '../../backend.ts';
import type { Split } from '../../datasets/dataset.ts';
import { parameterLayout, type ParameterLayout } from '../../parameter-layout.ts';
import { exampleLoss, type BatchLoss } from './loss.ts';
import { normalizationGradients, normalize, statisticsOf, type Statistics } from './normalize.ts';
import { gatherPatches, scatterPatches } from './patches.ts';
import { biasGradients, inputGradients, kernelGradients, weightedSums } from './products.ts';

/** What one pass over at most `rows` examples leaves behind; overwritten by the next pass. */
interface Workspace {
  readonly inputs: Float32Array;
  /** Per layer [rows, positions, units], as are the next two. */
  readonly preActivations: readonly Float32Array[];
  readonly activations: readonly Float32Array[];
  readonly preActivationGradients: readonly Float32Array[];
  /** Laid out as the parameters. */
  readonly parameterGradients: Float32Array;
}

/**
 * Forward and backward pass of a network as plain loops (see networkLayers): sums are in double precision, results are stored as
 * float32.
 */
export interface Network {
  readonly layout: ParameterLayout;
  readonly workspace: Workspace;
  /** Takes the statistics that batch normalization uses in `forward` from `rows`; nothing to do for other networks. */
  measure(parameters: Float32Array, split: Split, rows: Uint32Array): void;
  /** Runs `rows` of `split` through the network and adds to `sums`. */
  forward(parameters: Float32Array, split: Split, rows: Uint32Array, sums: BatchLoss): void;
  /** The same, normalized over `rows` themselves, and then the gradients of the mean loss over `rows`. */
  forwardAndBackward(parameters: Float32Array, split: Split, rows: Uint32Array, sums: BatchLoss): void;
}

/** A network of this shape whose passes cover at most `maxRows` examples. */
export function createNetwork(shape: StackShape, maxRows: number): Network {
  const layout = parameterLayout(shape);
  const { layers } = layout;
  const { image } = shape;
  const kind = shape.normalization.name;
  const { value, derivative } = activationFunctions(shape.activation);
  const inputSize = shape.layerSizes[0]!;
  const last = layers.length - 1;
  const perLayer = (): Float32Array[] =>
    layers.map(({ units, positions }) => new Float32Array(maxRows * positions * units));
  const preActivations = perLayer();
  const preActivationGradients = perLayer();
  /** Weighted sums and their gradients; where nothing is normalized they are the pre-activations themselves. */
  const sumsOf = kind === 'none' ? preActivations : perLayer();
  const sumGradients = kind === 'none' ? preActivationGradients : perLayer();
  sumsOf[last] = preActivations[last]!;
  sumGradients[last] = preActivationGradients[last]!;
  const workspace: Workspace = {
    inputs: new Float32Array(maxRows * inputSize),
    preActivations,
    activations: perLayer().map((buffer, layer) => (layer === last ? preActivations[last]! : buffer)),
    preActivationGradients,
    parameterGradients: new Float32Array(layout.count),
  };
  const patches = new Float32Array(
    Math.max(0, ...layers.map((layer) => (layer.kernelSize > 1 ? maxRows * layer.positions * layer.fanIn : 0))),
  );
  const pooled = new Float32Array(
    layers[last - 1] && layers[last - 1]!.positions > 1 ? maxRows * layers[last]!.fanIn : 0,
  );
  /** Of the pass that is under way. */
  const statistics: Statistics[] = [];
  /** Of the reference examples. */
  let measured: readonly Statistics[] = [];

  const outputsBefore = (layer: number): Float32Array =>
    layer === 0 ? workspace.inputs : workspace.activations[layer - 1]!;
  const poolsBefore = (layer: number): boolean => layer > 0 && layers[layer - 1]!.positions > layers[layer]!.positions;

  /** What the kernel is multiplied with [rows * positions, fanIn]. */
  function layerInputs(index: number, rows: number): Float32Array {
    const { fanIn, kernelSize } = layers[index]!;
    const h = outputsBefore(index);
    if (kernelSize > 1) {
      gatherPatches(image!, fanIn / kernelSize ** 2, kernelSize, h, rows, patches);
      return patches;
    }
    if (!poolsBefore(index)) return h;
    const { positions } = layers[index - 1]!;
    for (let b = 0; b < rows; b++) {
      for (let unit = 0; unit < fanIn; unit++) {
        let sum = 0;
        for (let p = 0; p < positions; p++) sum += h[(b * positions + p) * fanIn + unit]!;
        pooled[b * fanIn + unit] = sum / positions;
      }
    }
    return pooled;
  }

  /** Turns the gradient by what layerInputs gave into that by the activations before [rows, positions, units]. */
  function spreadGradients(index: number, rows: number, gradients: Float32Array, below: Float32Array): void {
    const { fanIn, kernelSize } = layers[index]!;
    if (kernelSize > 1) {
      scatterPatches(image!, fanIn / kernelSize ** 2, kernelSize, gradients, rows, below);
    } else if (poolsBefore(index)) {
      const { positions } = layers[index - 1]!;
      for (let i = 0; i < rows * positions * fanIn; i++) {
        below[i] = gradients[Math.floor(i / (positions * fanIn)) * fanIn + (i % fanIn)]! / positions;
      }
    }
  }

  function propagate(
    parameters: Float32Array,
    split: Split,
    rows: Uint32Array,
    given: readonly Statistics[] | null,
  ): void {
    rows.forEach((row, b) => {
      workspace.inputs.set(split.inputs.subarray(row * inputSize, (row + 1) * inputSize), b * inputSize);
    });
    layers.forEach((layer, index) => {
      const values = rows.length * layer.positions * layer.units;
      const s = sumsOf[index]!;
      const z = preActivations[index]!;
      weightedSums(layer, parameters, layerInputs(index, rows.length), rows.length * layer.positions, s);
      if (layer.shortcutFrom !== null) {
        const from = sumsOf[layer.shortcutFrom]!;
        for (let i = 0; i < values; i++) s[i]! += from[i]!;
      }
      if (layer.normalized) {
        statistics[index] = given?.[index] ?? statisticsOf(kind, layer, s, values);
        normalize(kind, layer, parameters, statistics[index], s, values, z);
      }
      if (index === last) return;
      const h = workspace.activations[index]!;
      for (let i = 0; i < values; i++) h[i] = value(z[i]!);
    });
  }

  function lossOf(split: Split, rows: Uint32Array, sums: BatchLoss, gradients: Float32Array | null): void {
    const { units } = layers[last]!;
    rows.forEach((row, b) => {
      exampleLoss(shape.loss, preActivations[last]!, b * units, units, split, row, sums, gradients, 1 / rows.length);
    });
  }

  function backPropagate(parameters: Float32Array, rows: number): void {
    for (let index = last; index >= 0; index--) {
      const layer = layers[index]!;
      const values = rows * layer.positions * layer.units;
      const dz = preActivationGradients[index]!;
      const ds = sumGradients[index]!;
      if (layer.normalized) {
        const gradients = workspace.parameterGradients;
        normalizationGradients(kind, layer, parameters, statistics[index]!, sumsOf[index]!, dz, values, ds, gradients);
      }
      const shortcut = layers.findIndex(({ shortcutFrom }) => shortcutFrom === index);
      if (shortcut >= 0) for (let i = 0; i < values; i++) ds[i]! += sumGradients[shortcut]![i]!;
      biasGradients(layer, dz, rows * layer.positions, workspace.parameterGradients);
      kernelGradients(layer, layerInputs(index, rows), ds, rows * layer.positions, workspace.parameterGradients);
      if (index === 0) continue;
      const below = preActivationGradients[index - 1]!;
      const isDirect = layer.kernelSize === 1 && !poolsBefore(index);
      const gradients = isDirect ? below : layer.kernelSize > 1 ? patches : pooled;
      inputGradients(layer, parameters, ds, rows * layer.positions, gradients);
      if (!isDirect) spreadGradients(index, rows, gradients, below);
      const z = preActivations[index - 1]!;
      const before = layers[index - 1]!;
      for (let i = 0; i < rows * before.positions * before.units; i++) below[i] = below[i]! * derivative(z[i]!);
    }
  }

  return {
    layout,
    workspace,
    measure(parameters, split, rows) {
      if (kind !== 'batch') return;
      propagate(parameters, split, rows, null);
      measured = statistics.slice();
    },
    forward(parameters, split, rows, sums) {
      propagate(parameters, split, rows, kind === 'batch' ? measured : null);
      lossOf(split, rows, sums, null);
    },
    forwardAndBackward(parameters, split, rows, sums) {
      propagate(parameters, split, rows, null);
      lossOf(split, rows, sums, preActivationGradients[last]!);
      backPropagate(parameters, rows.length);
    },
  };
}
