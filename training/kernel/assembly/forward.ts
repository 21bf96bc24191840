/** The forward pass: from the gathered examples to the outputs, layer by layer. */
import { activate, activateValues } from './activation';
import { columnStatistics, normalizeColumns } from './batch-normalization';
import { PATCH_PANEL, PATCH_ROWS } from './convolution';
import { normalizeExamples } from './layer-normalization';
import { affinePanel, paddedColumns, paddedRows, ROW } from './matrix';
import { channelsOf, Layer, layerAt, layerInputs, Network, outputBytes, parametersOf, patchesOf, pools } from './network';
import { LAYER_NORMALIZATION, NOT_NORMALIZED } from './normalization';
import { columnMeans, joinStream } from './pooling';
import { Slot } from './slot';

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

/** Pre-activations of a hidden layer become activations, and the derivatives are written. */
export function activateLayer(network: Network, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  activate(network.activation, network.activationParameter, layer.outputs, layer.derivatives, outputBytes(layer, rows));
}

export function forward(network: Network, slot: Slot, rows: i32, withDerivatives: bool, ownStatistics: bool): void {
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
