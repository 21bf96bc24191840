import { execFile } from 'node:child_process';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MachineError } from '../../core/errors.ts';
import { findOnPath } from '../../infra/local/find-on-path.ts';
import { folders } from '../../infra/local/folders.ts';

const run = promisify(execFile);

export interface PythonPeer {
  readonly name: string;
  /** Exact requirements, the peer's own first: it names the folder. */
  readonly requirements: readonly [string, ...string[]];
}

export const torch: PythonPeer = { name: 'PyTorch', requirements: ['torch==2.15.0', 'numpy==2.4.6'] };
export const jax: PythonPeer = { name: 'JAX', requirements: ['jax==0.10.2', 'jaxlib==0.10.2', 'numpy==2.4.6'] };

/**
 * A Python that has the peer, from PyPI, in a virtual environment of its own in the cache folder. Returns its path.
 * Throws MachineError where there is no Python or the install fails. On Linux for x64, PyPI's PyTorch is the build for CUDA
 * and loads NVIDIA's libraries even where there is no GPU: 5.4 GB on disk.
 */
export async function installPeer(peer: PythonPeer, onProgress: (message: string) => void): Promise<string> {
  const folder = join(folders().cache, 'peers', peer.requirements[0].replace('==', '-'));
  const python = process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
  const complete = join(folder, 'complete');
  const installed = await access(complete).then(
    () => true,
    () => false,
  );
  if (installed) return python;
  const system = (await findOnPath('python3', process.env)) ?? (await findOnPath('python', process.env));
  if (system === null) throw new MachineError(`There is no Python on PATH to install ${peer.name} with.`);
  onProgress(`installing ${peer.requirements.join(', ')} into ${folder} (once)`);
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await run(system, ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--no-cache-dir', ...peer.requirements]);
    await writeFile(complete, '');
    return python;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    const lines = (error as { stderr?: string }).stderr?.trim().split('\n') ?? [];
    const reason = lines.findLast((line) => line.startsWith('ERROR')) ?? (error as Error).message.split('\n')[0];
    throw new MachineError(`${peer.name} could not be installed (${reason}).`, { cause: error });
  }
}
