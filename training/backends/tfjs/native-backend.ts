import { cpus } from 'node:os';
import type { Backend } from '../../backend.ts';
import { loadTfjsNode } from './load-tfjs-node.ts';
import { createTfjsBackend } from './tfjs-backend.ts';

/** TensorFlow's C library on the processor. Throws what loadTfjsNode throws. */
export function createNativeBackend(): Backend {
  // One thread a process, as for the other backends: trainer processes use the other cores, and the order in which threads share a
  // sum is no part of a trial's numbers.
  const threads = (process.env['TF_NUM_INTRAOP_THREADS'] ??= '1');
  const kernels = process.env['TF_ENABLE_ONEDNN_OPTS'] === '0' ? 'without oneDNN' : 'oneDNN where it is built in';
  const { tf, libraryVersion } = loadTfjsNode({ name: '@tensorflow/tfjs-node', variable: 'SWEEP_TFJS_NODE' });
  const processor = cpus()[0]?.model ?? process.arch;
  return createTfjsBackend({
    name: 'native',
    // The library picks its kernels by the processor.
    arithmetic: `tfjs-native-1 ${libraryVersion} ${processor}, ${threads} threads, ${kernels}`,
    description: `TensorFlow ${libraryVersion} on ${processor}, ${threads} thread(s), Node ${process.versions.node}`,
    preferredCapacity: 16,
    tf,
    groupSizes: () => ({ fewest: 2, most: 16 }),
  });
}
