import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Free space for us on the disk of a folder or, before its first use, of the nearest one above that exists. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(folder) === folder) throw error;
    return freeBytes(dirname(folder));
  }
}
