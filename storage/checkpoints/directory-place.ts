import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MachineError } from '../../core/errors.ts';
import type { CheckpointPlace, PlacedObject } from './checkpoint-place.ts';

/** A file on its way. */
const temporaryMark = '.part-';

/** A folder that all training workers see. A file gets its name when it is whole and on the disk. */
export function createDirectoryPlace(folder: string): CheckpointPlace {
  const run = async <Result>(what: string, call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw new MachineError(`${what} failed: ${(error as Error).message}`, { cause: error });
    }
  };
  return {
    put: (name, bytes) =>
      run('Writing a checkpoint', async () => {
        const file = join(folder, name);
        const temporary = `${file}${temporaryMark}${randomUUID()}`;
        try {
          await write(temporary, bytes);
          await rename(temporary, file);
          await sync(join(file, '..'));
        } catch (error) {
          await rm(temporary, { force: true });
          await removeIfEmpty(join(file, '..'));
          throw error;
        }
      }),

    get: (name) =>
      run('Reading a checkpoint', async () => {
        try {
          return await readFile(join(folder, name));
        } catch (error) {
          if (isMissing(error)) return null;
          throw error;
        }
      }),

    remove: (names) =>
      run('Removing a checkpoint', async () => {
        for (const name of names) await rm(join(folder, name), { force: true });
        for (const parent of new Set(names.map((name) => join(folder, name, '..')))) await removeIfEmpty(parent);
      }),

    list: () => listFolder(folder),

    close: () => {},
  };
}

async function write(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  // Not empty, or gone already.
  await rmdir(folder).catch(() => undefined);
}

/** So that the new name, too, outlives a loss of power. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* listFolder(folder: string): AsyncIterable<PlacedObject> {
  for (const parent of await entriesOf(folder)) {
    for (const file of await entriesOf(join(folder, parent))) {
      const name = `${parent}/${file}`;
      const found = await stat(join(folder, name)).catch(() => null);
      if (found !== null) yield { name, placedAt: found.mtime };
    }
  }
}

/** None where there is no such folder. */
async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw new MachineError(`Listing checkpoints failed: ${(error as Error).message}`, { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
