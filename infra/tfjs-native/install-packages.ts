import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BugError, MachineError } from '../../core/errors.ts';
import type { Npm } from './find-npm.ts';
import type { Release } from './release.ts';
import { runTool, type RunToolOptions } from './run-tool.ts';

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

const ownLockFile = fileURLToPath(new URL('../../package-lock.json', import.meta.url));
/** @tensorflow/tfjs 4.22.0 requires it without depending on it: beside our other packages it would find another version. */
const longPath = 'node_modules/long';

/**
 * Puts tfjs-node and what it depends on into the folder, without its install script, in the versions and with the hashes
 * of this project's own lock file. Throws MachineError when npm cannot.
 */
export async function installPackages(
  folder: string,
  { packageName, packageVersion }: Release,
  npm: Npm,
  options: RunToolOptions,
): Promise<void> {
  const lock = JSON.parse(await readFile(ownLockFile, 'utf8')) as LockFile;
  const long = lock.packages[`node_modules/@tensorflow/tfjs-core/${longPath}`] ?? lock.packages[longPath];
  if (long === undefined) throw new BugError('package-lock.json has no long, which tfjs-core depends on');
  const dependencies = { [packageName]: packageVersion, long: long.version };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  // npm takes from it what these dependencies need, and drops the rest.
  const packages = { ...lock.packages, [longPath]: long };
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ ...lock, packages }));
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  try {
    await runTool(process.execPath, [npm.cli, ...args], { ...options, folder });
  } catch (error) {
    options.signal.throwIfAborted();
    throw new MachineError(`npm could not install ${packageName} ${packageVersion}: ${(error as Error).message}`);
  }
  await removeSourceMaps(join(folder, 'node_modules'));
}

/** Two thirds of these packages' 300 MB. */
async function removeSourceMaps(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  await Promise.all(names.filter((name) => name.endsWith('.map')).map((name) => rm(join(folder, name))));
}
