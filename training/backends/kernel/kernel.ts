// Stacks on a kernel of our own: what the backends wasm and simd share. The kernels' sources lie in training/kernel.
import type { BackendName } from '../../backend.ts';
import type { WasmMemory } from './web-assembly.ts';

/** What a kernel exports. Numbers are addresses, counts or codes; see training/kernel/assembly/index.ts. */
export interface Kernel {
  /** First address that the host may use. */
  heapBase(): number;
  activate(code: number, parameter: number, values: number, derivatives: number, bytes: number): void;
  gather(network: number, numbers: number, rows: number): void;
  affine(network: number, slot: number, layer: number, rows: number): void;
  activateLayer(network: number, layer: number, rows: number): void;
  outputDeltas(network: number, sums: number, rows: number): void;
  sumDeltas(network: number, slot: number, layer: number, rows: number): void;
  propagateDeltas(network: number, slot: number, layer: number, rows: number): void;
  swapDeltas(network: number): void;
  kernelGradients(network: number, layer: number, rows: number): void;
  train(network: number, slot: number, numbers: number, rows: number, steps: number): void;
  measure(network: number, slot: number, numbers: number, rows: number): void;
  evaluate(network: number, slot: number, numbers: number, rows: number, sums: number): void;
}

/** A compiled kernel, to be put to work in as many memories as there are stacks. */
export interface KernelProgram {
  readonly backend: BackendName;
  /** Matrices are stored in panels of so many columns. */
  readonly panelColumns: number;
  /** Rows of activations are padded to a multiple of this. */
  readonly tileRows: number;
  instantiate(memory: WasmMemory): Kernel;
}
