import type { Backend } from '../../backend.ts';
import { compileKernel } from './kernel.ts';
import { createWasmStack } from './wasm-stack.ts';

/**
 * The default on processors: a WebAssembly SIMD kernel of our own (training/kernel) that trains many steps of a slot in one
 * call, on one thread. Several cores are used by several trainer processes. The same bits on every machine, because
 * WebAssembly's float32 arithmetic is fully determined.
 */
export async function createWasmBackend(): Promise<Backend> {
  const module = await compileKernel();
  return {
    name: 'wasm',
    arithmetic: 'wasm-simd128-1',
    description: `WebAssembly SIMD kernel on Node ${process.versions.node} (V8 ${process.versions.v8}, ${process.arch})`,
    // Slots are computed one after the other, so more of them gain next to nothing: alone at one step a call, a trial of
    // width 32 takes 158 us a step, in company 145. Eight keep the kernel busy while trials come and go.
    preferredCapacity: 8,
    async createStack(shape, dataset, capacity) {
      return createWasmStack(module, shape, dataset, capacity);
    },
    async dispose() {},
  };
}
