/**
 * One network (core/networks/network-layers.ts) in memory. The host lays it out and writes one Network, its Layers and a Slot per
 * trial (training/backends/kernel/memory-layout.ts); nothing in the kernel allocates.
 */
import { gatherPatches } from './convolution';
import { paddedColumns, paddedRows, ROW } from './matrix';
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
export function layerAt(network: Network, index: i32): Layer {
  return changetype<Layer>(network.layers + <usize>index * LAYER);
}

/** Whether this layer sees the mean over the pixels of the convolution before it. */
export function pools(network: Network, index: i32): bool {
  return index > 0 && layerAt(network, index).side == 0 && layerAt(network, index - 1).side > 0;
}

export function layerInputs(network: Network, index: i32): usize {
  if (index == 0) return network.batchInputs;
  return pools(network, index) ? network.pooled : layerAt(network, index - 1).outputs;
}

/** Channels that a convolution sees. */
export function channelsOf(layer: Layer): i32 {
  return layer.fanIn / (layer.side * layer.side);
}

// @ts-ignore: decorator
@inline
export function parametersOf(slot: Slot): usize {
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
export function patchesOf(network: Network, layer: Layer, channels: i32, values: usize, panel: usize, first: i32, rows: i32): void {
  const height = network.imageHeight;
  gatherPatches(height, network.imageWidth, layer.side, channels, values, panel, first, rows, network.patches);
}

// @ts-ignore: decorator
@inline
export function outputBytes(layer: Layer, rows: i32): usize {
  return <usize>paddedRows(rows * layer.positions) * <usize>paddedColumns(layer.fanOut) * 4;
}
