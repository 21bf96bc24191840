import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as yauzl from 'yauzl';

/** Of a file in a wheel, where it belongs below the target folder; null: not needed. */
export type Placement = (name: string) => string | null;

/** Writes the files that are needed, and answers how many they were. */
export async function unpackWheel(
  path: string,
  target: string,
  place: Placement,
  signal: AbortSignal,
): Promise<number> {
  // yauzl refuses names that would lead out of the target.
  const wheel = await yauzl.openPromise(path, { lazyEntries: true });
  let files = 0;
  for await (const entry of wheel.eachEntry()) {
    const placed = entry.fileName.endsWith('/') ? null : place(entry.fileName);
    if (placed === null) continue;
    const to = join(target, placed);
    await mkdir(dirname(to), { recursive: true });
    // The upper half of these attributes is the mode that Unix knows; whoever may enter the cache may use what is in it.
    const isProgram = ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
    const mode = isProgram ? 0o755 : 0o644;
    await pipeline(await wheel.openReadStreamPromise(entry), createWriteStream(to, { mode }), { signal });
    files += 1;
  }
  return files;
}

const library = /^tensorflow\/(libtensorflow_(?:cc|framework)\.(?:so\.2|2\.dylib))$/;
const headerRoot = 'tensorflow/include/';
/** libtensorflow's interface for C, and what its headers include; some 80 of 13,000 headers. */
const headerFolders = ['tensorflow/c/', 'tsl/c/', 'tensorflow/tsl/c/', 'xla/tsl/c/'];
const stringHeader = /\/ctstring(?:_internal)?\.h$/;

/** Of a tensorflow wheel, in the folders that the addon is built and run with. */
export const placeLibrary: Placement = (name) => {
  const libraryName = library.exec(name)?.[1];
  if (libraryName !== undefined) return join('lib', libraryName);
  if (!name.startsWith(headerRoot)) return null;
  const header = name.slice(headerRoot.length);
  const isNeeded = headerFolders.some((folder) => header.startsWith(folder)) || stringHeader.test(header);
  return isNeeded ? join('include', header) : null;
};

/** Of an nvidia wheel: libtensorflow looks for these libraries in ../nvidia beside its own folder. */
export const placeCudaLibrary: Placement = (name) =>
  name.startsWith('nvidia/') && !name.includes('/include/') ? name : null;
