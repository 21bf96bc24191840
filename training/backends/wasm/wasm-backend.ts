import { readFile } from 'node:fs/promises';
import type { Backend } from '../../backend.ts';
import { createKernelStack } from '../kernel/kernel-stack.ts';
import type { Kernel, KernelProgram } from '../kernel/kernel.ts';
import { webAssembly } from '../kernel/web-assembly.ts';

/** Compiles the kernel that is checked in beside its source. */
export async function compileWasmKernel(): Promise<KernelProgram> {
  const module = await webAssembly.compile(await readFile(new URL('../../kernel/kernel.wasm', import.meta.url)));
  return {
    backend: 'wasm',
    panelColumns: 8,
    tileRows: 4,
    instantiate: (memory) => new webAssembly.Instance(module, { env: { memory } }).exports as Kernel,
  };
}

/**
 * The default on processors without a C compiler: a WebAssembly SIMD kernel of our own (training/kernel/assembly) that trains
 * many steps of a slot in one call, on one thread. Several cores are used by several trainer processes. The same bits on
 * every machine, because WebAssembly's float32 arithmetic is fully determined.
 */
export async function createWasmBackend(): Promise<Backend> {
  const program = await compileWasmKernel();
  return {
    name: 'wasm',
    arithmetic: 'wasm-simd128-1',
    description: `WebAssembly SIMD kernel on Node ${process.versions.node} (V8 ${process.versions.v8}, ${process.arch})`,
    // Slots are computed one after the other, so more of them gain next to nothing: alone at one step a call, a trial of
    // width 32 takes 158 us a step, in company 145. Eight keep the kernel busy while trials come and go.
    preferredCapacity: 8,
    async createStack(shape, dataset, capacity) {
      return createKernelStack(program, shape, dataset, capacity);
    },
    async dispose() {},
  };
}
