/**
 * Forward pass, backward pass and training steps of one multilayer perceptron. The host lays out memory and writes one
 * Network, its Layers and a Slot per trial (training/backends/kernel/memory-layout.ts); nothing here allocates.
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

/** Pre-activations of one layer from its inputs. */
export function affine(network: Network, slot: Slot, index: i32, rows: i32): void {
  const layer = layerAt(network, index);
  const rowsPadded = paddedRows(rows);
  const panel = <usize>rowsPadded * ROW;
  const kernelPanel = <usize>paddedColumns(layer.fanIn) * ROW;
  const inputs = layerInputs(network, index);
  let kernel = parametersOf(slot) + layer.kernel;
  let bias = parametersOf(slot) + layer.bias;
  let outputs = layer.outputs;
  for (let column = 0; column < layer.fanOut; column += 8) {
    affinePanel(inputs, rowsPadded, layer.fanIn, kernel, bias, outputs);
    kernel += kernelPanel;
    bias += ROW;
    outputs += panel;
  }
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
  let kernel = parametersOf(slot) + layer.kernel;
  let bias = parametersOf(slot) + layer.bias;
  let deltas = network.deltas;
  for (let column = 0; column < layer.fanOut; column += 8) {
    kernelGradientPanel(inputs, panel, layer.fanIn, deltas, rows, network.kernelGradients);
    biasGradientPanel(deltas, rows, network.biasGradients);
    update(network.optimizer, kernel, network.kernelGradients, <usize>layer.fanIn * ROW, network.parameterBytes);
    update(network.optimizer, bias, network.biasGradients, ROW, network.parameterBytes);
    kernel += kernelPanel;
    bias += ROW;
    deltas += panel;
  }
}

function forward(network: Network, slot: Slot, rows: i32, withDerivatives: bool): void {
  const last = network.layerCount - 1;
  for (let index = 0; index < last; index++) {
    affine(network, slot, index, rows);
    if (withDerivatives) activateLayer(network, index, rows);
    else {
      const layer = layerAt(network, index);
      activateValues(network.activation, network.activationParameter, layer.outputs, outputBytes(layer, rows));
    }
  }
  affine(network, slot, last, rows);
}

/** One optimizer step on the `rows` examples whose numbers stand at `numbers`. */
function trainStep(network: Network, slot: Slot, numbers: usize, rows: i32): void {
  gather(network, numbers, rows);
  forward(network, slot, rows, true);
  outputDeltas(network, slot, rows);
  slot.step += 1;
  beginUpdate(network.optimizer, slot);
  for (let index = network.layerCount - 1; index > 0; index--) {
    // The deltas below need this layer's kernel as it was before the step.
    propagateDeltas(network, slot, index, rows);
    updateLayer(network, slot, index, rows);
    swapDeltas(network);
  }
  updateLayer(network, slot, 0, rows);
}

/** `steps` optimizer steps; `numbers` [steps, rows] (u32) are example numbers. */
export function train(network: Network, slot: Slot, numbers: usize, rows: i32, steps: i32): void {
  for (let step = 0; step < steps; step++) {
    trainStep(network, slot, numbers, rows);
    numbers += <usize>rows << 2;
  }
}

/** Adds loss and correct predictions of the examples numbered at `numbers` to `sums`; changes no parameter. */
export function evaluate(network: Network, slot: Slot, numbers: usize, rows: i32, sums: Slot): void {
  gather(network, numbers, rows);
  forward(network, slot, rows, false);
  outputDeltas(network, sums, rows);
}
