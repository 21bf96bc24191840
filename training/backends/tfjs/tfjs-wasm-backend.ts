import * as tf from '@tensorflow/tfjs-core';
import { version_wasm as version } from '@tensorflow/tfjs-backend-wasm';
import { MachineError } from '../../../core/errors.ts';
import type { Backend } from '../../backend.ts';
import { createTfjsBackend } from './tfjs-backend.ts';

/**
 * TensorFlow.js on its own WebAssembly library, with SIMD and on one thread: its threads wait for work by spinning, and trainer
 * processes use the other cores. Slower than our kernel (`wasm`); it is what the code of `cuda` and `native` is tested on.
 */
export async function createTfjsWasmBackend(): Promise<Backend> {
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await tf.setBackend('wasm'))) throw new MachineError("TensorFlow.js' WebAssembly library did not start.");
  await tf.ready();
  return createTfjsBackend({
    name: 'tfjsWasm',
    arithmetic: `tfjs-wasm-1 ${version}`,
    description: `TensorFlow.js ${version} on WebAssembly SIMD, Node ${process.versions.node} (${process.arch})`,
    preferredCapacity: 4,
    tf,
    // Batched products take a path that is 3 to 10 times slower than one slot after the other.
    groupSizes: () => ({ fewest: 1, most: 1 }),
  });
}
