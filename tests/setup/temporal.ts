import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { findFreePort } from '../../infra/local/ports.ts';
import { findTemporal, startTemporalServer } from '../../infra/local/temporal.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the development server that all test files share; each makes a namespace of its own. */
    temporalAddress: string;
  }
}

const firstPort = 17_300;

/** Global setup: one Temporal development server for the whole run, with its histories in a folder that is removed afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'initsweep-temporal-'));
  const { path: binary } = await findTemporal({ onProgress: (message) => console.log(message) });
  const port = await findFreePort(firstPort);
  const server = await startTemporalServer({ binary, folder, port, uiPort: await findFreePort(port + 1) });
  project.provide('temporalAddress', server.address);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
