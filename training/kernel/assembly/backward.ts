/** The way back: from the loss to the gradients of each layer, output layer first, and the updates by them. */
import { normalizeColumnsBack, shiftAndGainGradients } from './batch-normalization';
import { PATCH_PANEL, PATCH_ROWS, reverseKernel } from './convolution';
import { normalizeExamplesBack } from './layer-normalization';
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
import { channelsOf, layerAt, layerInputs, Network, outputBytes, parametersOf, patchesOf, pools } from './network';
import { BATCH_NORMALIZATION, LAYER_NORMALIZATION, NOT_NORMALIZED } from './normalization';
import { update } from './optimizer';
import { joinStream, spreadMeans } from './pooling';
import { Slot } from './slot';

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
export function updateLayer(network: Network, slot: Slot, index: i32, rows: i32): void {
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
