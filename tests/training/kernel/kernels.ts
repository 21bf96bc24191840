import type { Backend } from '../../../training/backend.ts';
import type { KernelProgram } from '../../../training/backends/kernel/kernel.ts';
import { compileSimdKernel, createSimdBackend } from '../../../training/backends/simd/simd-backend.ts';
import { compileWasmKernel, createWasmBackend } from '../../../training/backends/wasm/wasm-backend.ts';
import { simdWorks } from '../cpu-backends.ts';

interface TestedKernel {
  readonly name: 'wasm' | 'simd';
  readonly compile: () => Promise<KernelProgram>;
  readonly createBackend: () => Promise<Backend>;
}

/** Our kernels that work here. */
export const kernels: readonly TestedKernel[] = [
  { name: 'wasm', compile: compileWasmKernel, createBackend: createWasmBackend },
  ...(simdWorks
    ? [{ name: 'simd' as const, compile: () => compileSimdKernel(), createBackend: createSimdBackend }]
    : []),
];
