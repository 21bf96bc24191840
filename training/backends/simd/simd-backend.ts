import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { foldersOf } from '../../../core/folders.ts';
import type { Backend } from '../../backend.ts';
import { createKernelStack } from '../kernel/kernel-stack.ts';
import type { Kernel, KernelProgram } from '../kernel/kernel.ts';
import { buildKernel } from './build-kernel.ts';

const operations = [
  'activate',
  'gather',
  'affine',
  'activateLayer',
  'outputDeltas',
  'sumDeltas',
  'propagateDeltas',
  'swapDeltas',
  'kernelGradients',
  'train',
  'measure',
  'evaluate',
] as const satisfies readonly (keyof Kernel)[];

/** What training/kernel/simd/addon.c exports. */
type Addon = { readonly lanes: number } & Readonly<
  Record<(typeof operations)[number], (memory: ArrayBuffer, ...numbers: number[]) => void>
>;

export interface SimdKernel extends KernelProgram {
  /** For a person: how it was compiled. */
  readonly description: string;
}

/** The kernel compiled for this processor, or for `target`. Throws what buildKernel throws. */
export async function compileSimdKernel(
  environment: NodeJS.ProcessEnv = process.env,
  target?: readonly string[],
): Promise<SimdKernel> {
  const account = { environment, isRoot: process.getuid?.() === 0, homeFolder: homedir() };
  const { path, compiler } = await buildKernel(resolve(foldersOf(account).cache), environment, target);
  const addon = createRequire(import.meta.url)(path) as Addon;
  return {
    backend: 'simd',
    description: `kernel in C for vectors of ${addon.lanes} numbers, compiled ${compiler ? `by ${compiler}` : 'before'}`,
    panelColumns: 16,
    tileRows: 8,
    instantiate(memory) {
      // The buffer is asked for at each call: a memory that grows gets a new one.
      const bound = operations.map((name) => [
        name,
        (...numbers: number[]): void => addon[name](memory.buffer, ...numbers),
      ]);
      return { ...(Object.fromEntries(bound) as Omit<Kernel, 'heapBase'>), heapBase: () => 0 };
    },
  };
}

/**
 * The default on processors: the kernel of training/kernel/simd, which is that of backend wasm in C, compiled for the
 * processor at hand: vectors of up to 16 numbers and fused multiply-add. The same bits on every machine that has it, because
 * sums have one order whatever the vectors' width and nothing is taken from a mathematical library. Throws what
 * buildKernel throws.
 */
export async function createSimdBackend(): Promise<Backend> {
  const program = await compileSimdKernel();
  return {
    name: 'simd',
    arithmetic: 'simd-fma-1',
    description: program.description,
    // Slots are computed one after the other, as in backend wasm.
    preferredCapacity: 8,
    async createStack(shape, dataset, capacity) {
      return createKernelStack(program, shape, dataset, capacity);
    },
    async dispose() {},
  };
}
