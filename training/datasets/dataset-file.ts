import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { UserError } from '../../core/errors.ts';

/** 256 MiB, packed or not. */
const maxFileBytes = 2 ** 28;

/** A user's own file within the dataset folder. */
export interface DatasetFile {
  /** As the sweep file gives it, for messages. */
  readonly path: string;
  /** Links resolved. */
  readonly realPath: string;
  /** Changes when the file does. */
  readonly version: string;
}

/**
 * Finds a file by its path relative to the dataset folder. Throws UserError when there is no folder or no such
 * regular file, when the path leads out of the folder (by .. or by a link), or when the file is too large.
 */
export async function findDatasetFile(path: string, datasetFolder: string | null): Promise<DatasetFile> {
  if (datasetFolder === null) {
    throw new UserError(
      `No dataset folder is set, so ${path} cannot be read: set SWEEP_DATASETS to the folder that holds it.`,
    );
  }
  const folder = await realpath(datasetFolder).catch(() => {
    throw new UserError(
      `The dataset folder ${datasetFolder} (SWEEP_DATASETS) does not exist: create it and put ${path} there.`,
    );
  });
  if (isAbsolute(path) || path.includes('\0')) {
    throw new UserError(
      `${JSON.stringify(path)} must be a path relative to the dataset folder ${datasetFolder} (SWEEP_DATASETS).`,
    );
  }
  const realPath = await realpath(resolve(folder, path)).catch(() => null);
  // A path that leads outside is reported like a missing one: what lies outside is not for a sweep file to find out.
  if (realPath === null || !realPath.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
    throw new UserError(
      `There is no ${path} in the dataset folder ${datasetFolder} (SWEEP_DATASETS). Put the file there; links and .. must not lead out of it.`,
    );
  }
  const stats = await stat(realPath);
  if (!stats.isFile()) throw new UserError(`${path} in the dataset folder ${datasetFolder} is not a regular file.`);
  const { size, mtimeMs, ino } = stats;
  if (size > maxFileBytes) {
    throw new UserError(`${path} has ${size} bytes; at most ${maxFileBytes} are read. Use fewer examples.`);
  }
  return { path, realPath, version: `${size}-${mtimeMs}-${ino}` };
}

/** The file's bytes, unpacked when they are gzip's. Throws UserError when they cannot be read, are damaged or too many. */
export async function readDatasetFile({ path, realPath }: DatasetFile): Promise<Buffer> {
  const bytes = await readFile(realPath).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(`${path} cannot be read (${cause.code}): check that the worker's user may read it.`);
  });
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return promisify(gunzip)(bytes, { maxOutputLength: maxFileBytes }).catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      cause.code === 'ERR_BUFFER_TOO_LARGE'
        ? `${path} unpacks to more than ${maxFileBytes} bytes. Use fewer examples.`
        : `${path} starts like a gzip file but is damaged (${cause.message}). Copy or pack it again.`,
    );
  });
}
