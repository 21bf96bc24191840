import { backendNames, chooseBackend } from '../../training/backends/choose-backend.ts';
import type { Backend, BackendName } from '../../training/backend.ts';

/** Whether the kernel in C works here; where it does not, tests/training/backends/simd.test.ts says why. */
export const simdWorks = await createBackend('simd').then(
  () => true,
  () => false,
);

/** Backends that install and work on every machine, and simd where it works. */
export const cpuBackends: readonly BackendName[] = backendNames.filter(
  (name) => name !== 'cuda' && name !== 'native' && (name !== 'simd' || simdWorks),
);

export async function createBackend(name: BackendName): Promise<Backend> {
  return (await chooseBackend(name)).backend;
}
