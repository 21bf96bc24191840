import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MachineError, UserError } from '../../core/errors.ts';
import type { Wheel } from './release.ts';
import { runTool, type RunToolOptions } from './run-tool.ts';

const shownEveryMs = 1_000;

export interface FetchWheelOptions extends RunToolOptions {
  readonly python: string;
  /** Empty, or not there yet. */
  readonly folder: string;
  readonly onProgress: (detail: string) => void;
}

/**
 * Fetches a wheel by pip, so from the index, through the proxy and by the certificates that pip is configured with on this
 * machine, and answers its path. Throws MachineError when pip cannot, UserError when the file is not the pinned one.
 */
export async function fetchWheel(wheel: Wheel, options: FetchWheelOptions): Promise<string> {
  const { python, folder, signal, onProgress } = options;
  const { project, version, platform, bytes } = wheel;
  const asked = `${project}==${version}`;
  const temporary = join(folder, 'pip');
  await mkdir(temporary, { recursive: true });
  // Which Python it is for does not matter: the native library and the headers are the same in each.
  const target = ['--platform', platform, '--python-version', '3.12', '--only-binary=:all:', '--no-deps'];
  const quiet = ['--disable-pip-version-check', '--progress-bar=off', '--no-input'];
  // The prefix is the cache; a second copy of up to 2.7 GB helps nobody.
  const args = ['-m', 'pip', 'download', ...target, ...quiet, '--no-cache-dir', '--dest', folder, asked];
  const totalMb = megabytes(bytes);
  const showSize = async (): Promise<void> => {
    onProgress(`${Math.min(megabytes(await sizeOf(folder)), totalMb)} of ${totalMb} MB so far`);
  };
  const timer = setInterval(() => void showSize(), shownEveryMs);
  try {
    // On the disk whose free space was checked; /tmp may be small.
    const environment = { ...options.environment, TMPDIR: temporary };
    await runTool(python, args, { environment, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new MachineError(`pip could not download ${asked} for ${platform}: ${(error as Error).message}`);
  } finally {
    clearInterval(timer);
  }
  const name = (await readdir(folder)).find((each) => each.endsWith('.whl'));
  if (name === undefined) throw new MachineError(`pip said that it downloaded ${asked}, but there is no wheel.`);
  const path = join(folder, name);
  onProgress(`checking ${totalMb} MB`);
  await requirePinned(path, wheel);
  return path;
}

async function requirePinned(path: string, { project, version, sha256 }: Wheel): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new UserError(
    `The wheel of ${project} ${version} that pip got is not the pinned one: its SHA-256 is ${found}, expected ${sha256}. ` +
      'Nothing of it was used. Ask whoever runs the package index that pip is configured with (pip config list).',
  );
}

/** Of all files in a folder that is changing. */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      (entry) => (entry.isFile() ? entry.size : 0),
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
