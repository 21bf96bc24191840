import { readFile } from 'node:fs/promises';
import { webAssembly, type WasmMemory, type WasmModule } from './web-assembly.ts';

/** What training/kernel/assembly/index.ts exports. Numbers are addresses, counts or codes; see there. */
export interface Kernel {
  heapBase(): number;
  activate(code: number, parameter: number, values: number, derivatives: number, bytes: number): void;
  gather(network: number, numbers: number, rows: number): void;
  affine(network: number, slot: number, layer: number, rows: number): void;
  activateLayer(network: number, layer: number, rows: number): void;
  outputDeltas(network: number, sums: number, rows: number): void;
  propagateDeltas(network: number, slot: number, layer: number, rows: number): void;
  swapDeltas(network: number): void;
  kernelGradients(network: number, layer: number, rows: number): void;
  train(network: number, slot: number, numbers: number, rows: number, steps: number): void;
  evaluate(network: number, slot: number, numbers: number, rows: number, sums: number): void;
}

/** Compiles the kernel that is checked in beside its source. */
export async function compileKernel(): Promise<WasmModule> {
  return webAssembly.compile(await readFile(new URL('../../kernel/kernel.wasm', import.meta.url)));
}

/** A kernel that works in `memory`. */
export function instantiateKernel(module: WasmModule, memory: WasmMemory): Kernel {
  return new webAssembly.Instance(module, { env: { memory } }).exports as Kernel;
}
