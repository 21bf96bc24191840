import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

const keptMs = 30 * 24 * 3_600_000;

/** Notes on the kernel's file that it is in use, and answers its path. */
export async function markUsed(path: string): Promise<string> {
  const now = new Date();
  // In a cache that cannot be written nothing is removed either.
  await utimes(path, now, now).catch(() => undefined);
  return path;
}

/**
 * Removes kernels of other sources, compilers and processors, and what killed compilers left, when they have not been used for 30 days. A process
 * that has one loaded keeps it.
 */
export async function removeUnused(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith('simd-')) continue;
    const file = join(folder, name);
    // Another process may remove it at the same time, or own it; it then stays until the next kernel is built.
    const usedAt = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => Infinity,
    );
    if (Date.now() - usedAt > keptMs) await rm(file, { force: true }).catch(() => undefined);
  }
}
