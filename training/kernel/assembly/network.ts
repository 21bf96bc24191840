/**
 * Forward pass, backward pass and training steps of one network (core/networks/network-layers.ts). The host lays out memory and
 * writes one Network, its Layers and a Slot per trial (training/backends/kernel/memory-layout.ts); nothing here allocates.
 */
import { activate, activateValues } from './activation';
import { gatherPatches, PATCH_PANEL, PATCH_ROWS, reverseKernel } from './convolution';
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
  columnMeans,
  columnStatistics,
  joinStream,
  LAYER_NORMALIZATION,
  NOT_NORMALIZED,
  normalizeColumns,
  normalizeColumnsBack,
  normalizeExamples,
  normalizeExamplesBack,
  shiftAndGainGradients,
  spreadMeans,
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
  /** Of convolutions: pixels, and scratch for patches, for means over the pixels and for the gradients of these. */
  imageHeight: i32;
  imageWidth: i32;
  patches: usize;
  pooled: usize;
  pooledDeltas: usize;
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
  /** Side of a convolution's kernel, 0 for a dense layer; places at which the kernel is applied, 1 for a dense layer. */
  side: i32;
  positions: i32;
}

/** Bytes of a Layer. */
const LAYER: usize = offsetof<Layer>();

// @ts-ignore: decorator
@inline
function layerAt(network: Network, index: i32): Layer {
  return changetype<Layer>(network.layers + <usize>index * LAYER);
}

/** Whether this layer sees the mean over the pixels of the convolution before it. */
function pools(network: Network, index: i32): bool {
  return index > 0 && layerAt(network, index).side == 0 && layerAt(network, index - 1).side > 0;
}

function layerInputs(network: Network, index: i32): usize {
  if (index == 0) return network.batchInputs;
  return pools(network, index) ? network.pooled : layerAt(network, index - 1).outputs;
}

/** Channels that a convolution sees. */
function channelsOf(layer: Layer): i32 {
  return layer.fanIn / (layer.side * layer.side);
}

// @ts-ignore: decorator
@inline
function parametersOf(slot: Slot): usize {
  return changetype<usize>(slot) + SLOT_HEADER;
}

/**
 * Fetches the examples whose numbers stand at `numbers` (u32): inputs into panels (of a convolution a row for each pixel), targets
 * beside them.
 */
export function gather(network: Network, numbers: usize, rows: i32): void {
  const first = layerAt(network, 0);
  const channels = first.side > 0 ? channelsOf(first) : first.fanIn;
  const blocks = paddedColumns(channels * first.positions) >> 3;
  const panel = <usize>paddedRows(rows * first.positions) * ROW;
  const rowBytes = <usize>blocks * ROW;
  const targetBytes = network.targetBytes;
  for (let row = 0; row < rows; row++) {
    const number = <usize>load<u32>(numbers + (<usize>row << 2));
    let from = network.examples + number * rowBytes;
    let to = network.batchInputs + <usize>(row * first.positions) * ROW;
    if (first.side > 0) {
      for (let pixel = 0; pixel < first.positions; pixel++, to += ROW) {
        for (let c = 0; c < channels; c++, from += 4) {
          store<f32>(to + <usize>(c >> 3) * panel + (<usize>(c & 7) << 2), load<f32>(from));
        }
      }
    } else {
      for (let block = 0; block < blocks; block++, from += ROW, to += panel) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      }
    }
    memory.copy(network.batchTargets + <usize>row * targetBytes, network.targets + number * targetBytes, targetBytes);
  }
}

/** Patches of PATCH_ROWS rows from `first` on. */
function patchesOf(network: Network, layer: Layer, channels: i32, values: usize, panel: usize, first: i32, rows: i32): void {
  const height = network.imageHeight;
  gatherPatches(height, network.imageWidth, layer.side, channels, values, panel, first, rows, network.patches);
}

/** All panels of the weighted sums of some rows, which begin `first` bytes after those of the layer. */
function products(
  layer: Layer,
  inputs: usize,
  inputPanel: usize,
  rows: i32,
  kernel: usize,
  kernelPanel: usize,
  bias: usize,
  first: usize,
  panel: usize,
): void {
  let outputs = layer.outputs + first;
  for (let column = 0; column < layer.fanOut; column += 8) {
    affinePanel(inputs, inputPanel, rows, layer.fanIn, kernel, bias, outputs);
    kernel += kernelPanel;
    bias += ROW;
    outputs += panel;
  }
}

/** The mean over the pixels of the convolution before layer `index`. */
function poolPixels(network: Network, index: i32, rows: i32): void {
  const before = layerAt(network, index - 1);
  const panel = <usize>paddedRows(rows * before.positions) * ROW;
  let values = before.outputs;
  let pooled = network.pooled;
  for (let column = 0; column < before.fanOut; column += 8) {
    columnMeans(values, before.positions, rows, pooled);
    values += panel;
    pooled += <usize>paddedRows(rows) * ROW;
  }
}

/**
 * Pre-activations of one layer from its inputs. Batch normalization is by the statistics of the rows themselves, which are
 * then kept, or by those that were kept.
 */
function preActivations(network: Network, slot: Slot, index: i32, rows: i32, ownStatistics: bool): void {
  const layer = layerAt(network, index);
  const all = rows * layer.positions;
  const rowsPadded = paddedRows(all);
  const panel = <usize>rowsPadded * ROW;
  const kernelPanel = <usize>paddedColumns(layer.fanIn) * ROW;
  const isNormalized = layer.normalization != NOT_NORMALIZED;
  const kernel = parametersOf(slot) + layer.kernel;
  // The bias of a normalized layer is no part of its weighted sums.
  const bias = isNormalized ? network.zeros : parametersOf(slot) + layer.bias;
  if (pools(network, index)) poolPixels(network, index, rows);
  const inputs = layerInputs(network, index);
  if (layer.side > 0) {
    for (let first = 0; first < rowsPadded; first += PATCH_ROWS) {
      patchesOf(network, layer, channelsOf(layer), inputs, panel, first, all);
      products(layer, network.patches, PATCH_PANEL, min(PATCH_ROWS, rowsPadded - first), kernel, kernelPanel, bias, <usize>first * ROW, panel);
    }
  } else products(layer, inputs, panel, rowsPadded, kernel, kernelPanel, bias, 0, panel);
  const takesStream = layer.takesStream != 0;
  const leavesStream = layer.leavesStream != 0;
  if (takesStream || leavesStream) {
    joinStream(layer.outputs, network.stream, outputBytes(layer, rows), takesStream, leavesStream);
  }
  if (isNormalized) normalize(layer, slot, rows, ownStatistics);
}

function normalize(layer: Layer, slot: Slot, rows: i32, ownStatistics: bool): void {
  const all = rows * layer.positions;
  const rowsPadded = paddedRows(all);
  const panel = <usize>rowsPadded * ROW;
  const gain = parametersOf(slot) + layer.gain;
  const shift = parametersOf(slot) + layer.bias;
  if (layer.normalization == LAYER_NORMALIZATION) {
    const pixels = layer.positions;
    normalizeExamples(layer.outputs, layer.normals, layer.scales, gain, shift, panel, rows, pixels, layer.fanOut);
    return;
  }
  let values = layer.outputs;
  let normals = layer.normals;
  for (let column = 0, unit: usize = 0; column < layer.fanOut; column += 8, unit += ROW) {
    const means = layer.means + unit;
    const scales = layer.scales + unit;
    if (ownStatistics) columnStatistics(values, all, means, scales);
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
  return <usize>paddedRows(rows * layer.positions) * <usize>paddedColumns(layer.fanOut) * 4;
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
  const all = rows * layer.positions;
  const rowsPadded = paddedRows(all);
  if (layer.normalization != NOT_NORMALIZED) {
    const panel = <usize>rowsPadded * ROW;
    const gain = parametersOf(slot) + layer.gain;
    let deltas = network.deltas;
    let normals = layer.normals;
    for (let column = 0, unit: usize = 0; column < layer.fanOut; column += 8, unit += ROW) {
      const shifts = network.biasGradients + unit;
      const gains = network.gainGradients + unit;
      shiftAndGainGradients(deltas, normals, all, shifts, gains);
      if (layer.normalization == BATCH_NORMALIZATION) {
        normalizeColumnsBack(deltas, normals, layer.scales + unit, gain + unit, rowsPadded, all, shifts, gains);
      }
      deltas += panel;
      normals += panel;
    }
    if (layer.normalization == LAYER_NORMALIZATION) {
      const pixels = layer.positions;
      normalizeExamplesBack(network.deltas, layer.normals, layer.scales, gain, panel, rows, pixels, layer.fanOut);
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
  if (layer.side > 0) {
    convolveBack(network, slot, index, rows);
    return;
  }
  const rowsPadded = paddedRows(rows);
  const panel = <usize>rowsPadded * ROW;
  const transposedPanel = <usize>paddedColumns(layer.fanOut) * ROW;
  transpose(parametersOf(slot) + layer.kernel, layer.fanIn, layer.fanOut, network.transposed);
  if (pools(network, index)) {
    spreadDeltas(network, index, rows);
    return;
  }
  let transposed = network.transposed;
  let derivatives = layerAt(network, index - 1).derivatives;
  let below = network.deltasBelow;
  for (let column = 0; column < layer.fanIn; column += 8) {
    inputGradientPanel(network.deltas, panel, rowsPadded, layer.fanOut, transposed, derivatives, below);
    transposed += transposedPanel;
    derivatives += panel;
    below += panel;
  }
}

/** The same where layer `index` is a convolution: its deltas, convolved with the kernel turned round. */
function convolveBack(network: Network, slot: Slot, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  const all = rows * layer.positions;
  const rowsPadded = paddedRows(all);
  const panel = <usize>rowsPadded * ROW;
  const area = layer.side * layer.side;
  const channels = channelsOf(layer);
  const terms = area * layer.fanOut;
  const reversedPanel = <usize>paddedColumns(terms) * ROW;
  reverseKernel(parametersOf(slot) + layer.kernel, area, channels, layer.fanOut, network.transposed);
  for (let first = 0; first < rowsPadded; first += PATCH_ROWS) {
    patchesOf(network, layer, layer.fanOut, network.deltas, panel, first, all);
    let reversed = network.transposed;
    let derivatives = layerAt(network, index - 1).derivatives + <usize>first * ROW;
    let below = network.deltasBelow + <usize>first * ROW;
    const count = min(PATCH_ROWS, rowsPadded - first);
    for (let column = 0; column < channels; column += 8) {
      inputGradientPanel(network.patches, PATCH_PANEL, count, terms, reversed, derivatives, below);
      reversed += reversedPanel;
      derivatives += panel;
      below += panel;
    }
  }
}

/** The same where layer `index` sees the mean over the pixels; W^T stands in network.transposed. */
function spreadDeltas(network: Network, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  const before = layerAt(network, index - 1);
  const rowsPadded = paddedRows(rows);
  const pooledPanel = <usize>rowsPadded * ROW;
  const panel = <usize>paddedRows(rows * before.positions) * ROW;
  let transposed = network.transposed;
  let derivatives = before.derivatives;
  let below = network.deltasBelow;
  for (let column = 0; column < layer.fanIn; column += 8) {
    const gradients = network.pooledDeltas;
    affinePanel(network.deltas, pooledPanel, rowsPadded, layer.fanOut, transposed, network.zeros, gradients);
    spreadMeans(gradients, before.positions, rows, derivatives, below);
    transposed += <usize>paddedColumns(layer.fanOut) * ROW;
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
  const all = rows * layer.positions;
  const panel = <usize>paddedRows(all) * ROW;
  const kernelPanel = <usize>paddedColumns(layer.fanIn) * ROW;
  const inputs = layerInputs(network, index);
  const step = layer.side > 0 ? PATCH_ROWS : all;
  for (let first = 0; first < all; first += step) {
    if (layer.side > 0) patchesOf(network, layer, channelsOf(layer), inputs, panel, first, all);
    const factor = layer.side > 0 ? network.patches : inputs;
    const factorPanel = layer.side > 0 ? PATCH_PANEL : panel;
    let deltas = network.deltas + <usize>first * ROW;
    let gradients = network.kernelGradients;
    for (let column = 0; column < layer.fanOut; column += 8) {
      kernelGradientPanel(factor, factorPanel, layer.fanIn, deltas, min(step, all - first), gradients, first > 0);
      deltas += panel;
      gradients += kernelPanel;
    }
  }
}

/** Updates a layer's parameters from its deltas, of a dense layer one panel after the other so that a panel's gradient is still in cache. */
function updateLayer(network: Network, slot: Slot, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  const all = rows * layer.positions;
  const panel = <usize>paddedRows(all) * ROW;
  const kernelPanel = <usize>paddedColumns(layer.fanIn) * ROW;
  const inputs = layerInputs(network, index);
  const isNormalized = layer.normalization != NOT_NORMALIZED;
  const isConvolution = layer.side > 0;
  if (isConvolution) kernelGradients(network, index, rows);
  let kernel = parametersOf(slot) + layer.kernel;
  let bias = parametersOf(slot) + layer.bias;
  let deltas = network.deltas;
  let gradients = network.kernelGradients;
  for (let column = 0; column < layer.fanOut; column += 8) {
    if (!isConvolution) kernelGradientPanel(inputs, panel, layer.fanIn, deltas, rows, gradients, false);
    update(network.optimizer, kernel, gradients, <usize>layer.fanIn * ROW, network.parameterBytes);
    if (!isNormalized) {
      biasGradientPanel(deltas, all, network.biasGradients);
      update(network.optimizer, bias, network.biasGradients, ROW, network.parameterBytes);
    }
    if (isConvolution) gradients += kernelPanel;
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
