/**
 * Forward pass, backward pass and training steps of one network (core/networks/network-layers.ts). The host lays out memory and
 * writes one Network, its Layers and a Slot per trial (training/backends/kernel/memory-layout.ts); nothing here allocates.
 */
import { activate, activateValues } from './activation';
import { lossAndGradient } from './loss';
import {
  affinePanel,
  biasGradientPanel,
  inputGradientPanel,
  kernelGradientPanel,
  paddedColumns,
  paddedRows,
  ROW,
  transpose,
} from './matrix';
import {
  BATCH_NORMALIZATION,
  columnStatistics,
  joinStream,
  LAYER_NORMALIZATION,
  NOT_NORMALIZED,
  normalizeColumns,
  normalizeColumnsBack,
  normalizeRows,
  normalizeRowsBack,
  shiftAndGainGradients,
} from './normalization';
import { beginUpdate, update } from './optimizer';
import { Slot, SLOT_HEADER } from './slot';

/** Addresses are absolute unless said otherwise; all fields are 4 bytes. */
@unmanaged
export class Network {
  layers: usize;
  layerCount: i32;
  activation: i32;
  activationParameter: f32;
  loss: i32;
  optimizer: i32;
  /** Bytes of one trial's padded parameters, and of each of its moments. */
  parameterBytes: usize;
  /** Examples [all splits, paddedColumns(inputs)] row-major, and their targets: i32 class numbers or f32 [outputs]. */
  examples: usize;
  targets: usize;
  targetBytes: usize;
  /** Scratch for one batch: its targets, its inputs in panels, two layers' deltas, one W^T, one layer's gradients. */
  batchTargets: usize;
  batchInputs: usize;
  deltas: usize;
  deltasBelow: usize;
  transposed: usize;
  kernelGradients: usize;
  biasGradients: usize;
  classScratch: usize;
  /** Scratch for a layer's gradients of the gain (biasGradients then holds those of the shift), and what shortcuts carry. */
  gainGradients: usize;
  stream: usize;
  /** Zeros for a panel row of the widest layer. */
  zeros: usize;
}

@unmanaged
export class Layer {
  fanIn: i32;
  fanOut: i32;
  /** Bytes from the slot's first parameter to this kernel's panels [fanOut / 8, paddedColumns(fanIn), 8] and bias. */
  kernel: usize;
  bias: usize;
  /** Scratch for pre-activations, which become activations in place, and for the derivatives f'(z). */
  outputs: usize;
  derivatives: usize;
  normalization: i32;
  /** Bytes from the slot's first parameter to the gain; this and the next three are 0 where there is no normalization. */
  gain: usize;
  /** Scratch for normal values, and for the statistics they were made by: of each unit, or scales of each example. */
  normals: usize;
  means: usize;
  scales: usize;
  /** Whether the stream of shortcuts is added to the weighted sums, and whether these go on as the stream. */
  takesStream: i32;
  leavesStream: i32;
}

/** Bytes of a Layer. */
const LAYER: usize = offsetof<Layer>();

// @ts-ignore: decorator
@inline
function layerAt(network: Network, index: i32): Layer {
  return changetype<Layer>(network.layers + <usize>index * LAYER);
}

// @ts-ignore: decorator
@inline
function layerInputs(network: Network, index: i32): usize {
  return index == 0 ? network.batchInputs : layerAt(network, index - 1).outputs;
}

// @ts-ignore: decorator
@inline
function parametersOf(slot: Slot): usize {
  return changetype<usize>(slot) + SLOT_HEADER;
}

/** Fetches the examples whose numbers stand at `numbers` (u32): inputs into panels, targets beside them. */
export function gather(network: Network, numbers: usize, rows: i32): void {
  const blocks = paddedColumns(layerAt(network, 0).fanIn) >> 3;
  const panel = <usize>paddedRows(rows) * ROW;
  const rowBytes = <usize>blocks * ROW;
  const targetBytes = network.targetBytes;
  for (let row = 0; row < rows; row++) {
    const number = <usize>load<u32>(numbers + (<usize>row << 2));
    let from = network.examples + number * rowBytes;
    let to = network.batchInputs + <usize>row * ROW;
    for (let block = 0; block < blocks; block++, from += ROW, to += panel) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
    memory.copy(network.batchTargets + <usize>row * targetBytes, network.targets + number * targetBytes, targetBytes);
  }
}

/**
 * Pre-activations of one layer from its inputs. Batch normalization is by the statistics of the rows themselves, which are
 * then kept, or by those that were kept.
 */
function preActivations(network: Network, slot: Slot, index: i32, rows: i32, ownStatistics: bool): void {
  const layer = layerAt(network, index);
  const rowsPadded = paddedRows(rows);
  const panel = <usize>rowsPadded * ROW;
  const kernelPanel = <usize>paddedColumns(layer.fanIn) * ROW;
  const inputs = layerInputs(network, index);
  const isNormalized = layer.normalization != NOT_NORMALIZED;
  let kernel = parametersOf(slot) + layer.kernel;
  // The bias of a normalized layer is no part of its weighted sums.
  let bias = isNormalized ? network.zeros : parametersOf(slot) + layer.bias;
  let outputs = layer.outputs;
  for (let column = 0; column < layer.fanOut; column += 8) {
    affinePanel(inputs, rowsPadded, layer.fanIn, kernel, bias, outputs);
    kernel += kernelPanel;
    bias += ROW;
    outputs += panel;
  }
  const takesStream = layer.takesStream != 0;
  const leavesStream = layer.leavesStream != 0;
  if (takesStream || leavesStream) {
    joinStream(layer.outputs, network.stream, outputBytes(layer, rows), takesStream, leavesStream);
  }
  if (isNormalized) normalize(layer, slot, rows, ownStatistics);
}

function normalize(layer: Layer, slot: Slot, rows: i32, ownStatistics: bool): void {
  const rowsPadded = paddedRows(rows);
  const panel = <usize>rowsPadded * ROW;
  const gain = parametersOf(slot) + layer.gain;
  const shift = parametersOf(slot) + layer.bias;
  if (layer.normalization == LAYER_NORMALIZATION) {
    normalizeRows(layer.outputs, layer.normals, layer.scales, gain, shift, rowsPadded, layer.fanOut);
    return;
  }
  let values = layer.outputs;
  let normals = layer.normals;
  for (let column = 0, unit: usize = 0; column < layer.fanOut; column += 8, unit += ROW) {
    const means = layer.means + unit;
    const scales = layer.scales + unit;
    if (ownStatistics) columnStatistics(values, rows, means, scales);
    normalizeColumns(values, normals, means, scales, gain + unit, shift + unit, rowsPadded);
    values += panel;
    normals += panel;
  }
}

/** The same as the host asks for it, layer by layer. */
export function affine(network: Network, slot: Slot, index: i32, rows: i32): void {
  preActivations(network, slot, index, rows, true);
}

// @ts-ignore: decorator
@inline
function outputBytes(layer: Layer, rows: i32): usize {
  return <usize>paddedRows(rows) * <usize>paddedColumns(layer.fanOut) * 4;
}

/** Pre-activations of a hidden layer become activations, and the derivatives are written. */
export function activateLayer(network: Network, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  activate(network.activation, network.activationParameter, layer.outputs, layer.derivatives, outputBytes(layer, rows));
}

/** The loss of the gathered batch: adds to `sums` and leaves the output layer's deltas in network.deltas. */
export function outputDeltas(network: Network, sums: Slot, rows: i32): void {
  const layer = layerAt(network, network.layerCount - 1);
  const panel = <usize>paddedRows(rows) * ROW;
  memory.copy(network.deltas, layer.outputs, panel * <usize>(paddedColumns(layer.fanOut) >> 3));
  lossAndGradient(
    network.loss,
    network.deltas,
    panel,
    layer.fanOut,
    network.batchTargets,
    rows,
    sums,
    network.classScratch,
  );
}

/**
 * Turns the deltas of layer `index` from gradients by its pre-activations into those by its weighted sums: back through
 * normalization and shortcuts. Leaves the gradients of shift and gain.
 */
export function sumDeltas(network: Network, slot: Slot, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  const rowsPadded = paddedRows(rows);
  if (layer.normalization != NOT_NORMALIZED) {
    const panel = <usize>rowsPadded * ROW;
    const gain = parametersOf(slot) + layer.gain;
    let deltas = network.deltas;
    let normals = layer.normals;
    for (let column = 0, unit: usize = 0; column < layer.fanOut; column += 8, unit += ROW) {
      const shifts = network.biasGradients + unit;
      const gains = network.gainGradients + unit;
      shiftAndGainGradients(deltas, normals, rows, shifts, gains);
      if (layer.normalization == BATCH_NORMALIZATION) {
        normalizeColumnsBack(deltas, normals, layer.scales + unit, gain + unit, rowsPadded, rows, shifts, gains);
      }
      deltas += panel;
      normals += panel;
    }
    if (layer.normalization == LAYER_NORMALIZATION) {
      normalizeRowsBack(network.deltas, layer.normals, layer.scales, gain, rowsPadded, layer.fanOut);
    }
  }
  // What the forward pass sent on comes back, and the other way round.
  const takesBack = layer.leavesStream != 0;
  const leavesBack = layer.takesStream != 0;
  if (takesBack || leavesBack) {
    joinStream(network.deltas, network.stream, outputBytes(layer, rows), takesBack, leavesBack);
  }
}

/** From the deltas of layer `index` those of the layer below, which become network.deltas. */
export function propagateDeltas(network: Network, slot: Slot, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  const rowsPadded = paddedRows(rows);
  const panel = <usize>rowsPadded * ROW;
  const transposedPanel = <usize>paddedColumns(layer.fanOut) * ROW;
  transpose(parametersOf(slot) + layer.kernel, layer.fanIn, layer.fanOut, network.transposed);
  let transposed = network.transposed;
  let derivatives = layerAt(network, index - 1).derivatives;
  let below = network.deltasBelow;
  for (let column = 0; column < layer.fanIn; column += 8) {
    inputGradientPanel(network.deltas, rowsPadded, layer.fanOut, transposed, derivatives, below);
    transposed += transposedPanel;
    derivatives += panel;
    below += panel;
  }
}

/** Makes the deltas that `propagateDeltas` wrote the current ones. */
export function swapDeltas(network: Network): void {
  const deltas = network.deltas;
  network.deltas = network.deltasBelow;
  network.deltasBelow = deltas;
}

/** Kernel gradients of a layer from its deltas, in panels as its kernel is. */
export function kernelGradients(network: Network, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  const panel = <usize>paddedRows(rows) * ROW;
  const kernelPanel = <usize>paddedColumns(layer.fanIn) * ROW;
  let deltas = network.deltas;
  let gradients = network.kernelGradients;
  for (let column = 0; column < layer.fanOut; column += 8) {
    kernelGradientPanel(layerInputs(network, index), panel, layer.fanIn, deltas, rows, gradients);
    deltas += panel;
    gradients += kernelPanel;
  }
}

/** Updates a layer's parameters from its deltas, one panel after the other so that a panel's gradient is still in cache. */
function updateLayer(network: Network, slot: Slot, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  const panel = <usize>paddedRows(rows) * ROW;
  const kernelPanel = <usize>paddedColumns(layer.fanIn) * ROW;
  const inputs = layerInputs(network, index);
  const isNormalized = layer.normalization != NOT_NORMALIZED;
  let kernel = parametersOf(slot) + layer.kernel;
  let bias = parametersOf(slot) + layer.bias;
  let deltas = network.deltas;
  for (let column = 0; column < layer.fanOut; column += 8) {
    kernelGradientPanel(inputs, panel, layer.fanIn, deltas, rows, network.kernelGradients);
    update(network.optimizer, kernel, network.kernelGradients, <usize>layer.fanIn * ROW, network.parameterBytes);
    if (!isNormalized) {
      biasGradientPanel(deltas, rows, network.biasGradients);
      update(network.optimizer, bias, network.biasGradients, ROW, network.parameterBytes);
    }
    kernel += kernelPanel;
    bias += ROW;
    deltas += panel;
  }
  if (isNormalized) {
    const bytes = <usize>paddedColumns(layer.fanOut) * 4;
    const gain = parametersOf(slot) + layer.gain;
    update(network.optimizer, parametersOf(slot) + layer.bias, network.biasGradients, bytes, network.parameterBytes);
    update(network.optimizer, gain, network.gainGradients, bytes, network.parameterBytes);
  }
}

function forward(network: Network, slot: Slot, rows: i32, withDerivatives: bool, ownStatistics: bool): void {
  const last = network.layerCount - 1;
  for (let index = 0; index < last; index++) {
    preActivations(network, slot, index, rows, ownStatistics);
    if (withDerivatives) activateLayer(network, index, rows);
    else {
      const layer = layerAt(network, index);
      activateValues(network.activation, network.activationParameter, layer.outputs, outputBytes(layer, rows));
    }
  }
  preActivations(network, slot, last, rows, ownStatistics);
}

/** One optimizer step on the `rows` examples whose numbers stand at `numbers`. */
function trainStep(network: Network, slot: Slot, numbers: usize, rows: i32): void {
  gather(network, numbers, rows);
  forward(network, slot, rows, true, true);
  outputDeltas(network, slot, rows);
  slot.step += 1;
  beginUpdate(network.optimizer, slot);
  for (let index = network.layerCount - 1; index >= 0; index--) {
    sumDeltas(network, slot, index, rows);
    // The deltas below need this layer's kernel as it was before the step.
    if (index > 0) propagateDeltas(network, slot, index, rows);
    updateLayer(network, slot, index, rows);
    if (index > 0) swapDeltas(network);
  }
}

/** `steps` optimizer steps; `numbers` [steps, rows] (u32) are example numbers. */
export function train(network: Network, slot: Slot, numbers: usize, rows: i32, steps: i32): void {
  for (let step = 0; step < steps; step++) {
    trainStep(network, slot, numbers, rows);
    numbers += <usize>rows << 2;
  }
}

/** Keeps the statistics of the examples numbered at `numbers`, for batch normalization to evaluate with. */
export function measure(network: Network, slot: Slot, numbers: usize, rows: i32): void {
  gather(network, numbers, rows);
  forward(network, slot, rows, false, true);
}

/** Adds loss and correct predictions of the examples numbered at `numbers` to `sums`; changes no parameter. */
export function evaluate(network: Network, slot: Slot, numbers: usize, rows: i32, sums: Slot): void {
  gather(network, numbers, rows);
  forward(network, slot, rows, false, false);
  outputDeltas(network, sums, rows);
}
