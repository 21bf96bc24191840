import type { Backend } from '../../backend.ts';
import { createCpuStack } from './cpu-stack.ts';

/** The reference: plain loops that every other backend is tested against. Slow on purpose, works everywhere. */
export function createCpuBackend(): Backend {
  return {
    name: 'cpu',
    arithmetic: `cpu-1 ${process.arch}`,
    description: `reference loops in TypeScript on Node ${process.versions.node} (${process.arch})`,
    preferredCapacity: 1,
    async createStack(shape, dataset, capacity) {
      return createCpuStack(shape, dataset, capacity);
    },
    async dispose() {},
  };
}
