import { backendNames, chooseBackend } from '../../training/backends/choose-backend.ts';
import type { Backend, BackendName } from '../../training/backend.ts';

/** Backends that install and work on every machine. */
export const cpuBackends: readonly BackendName[] = backendNames.filter((name) => name !== 'cuda' && name !== 'native');

export async function createBackend(name: BackendName): Promise<Backend> {
  return (await chooseBackend(name)).backend;
}
