import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MachineError, UserError } from '../../core/errors.ts';
import { freeBytes } from '../local/free-bytes.ts';
import { lockHolder, tryLock } from '../local/process-lock.ts';
import { buildAddon } from './build-addon.ts';
import { type BuildTools, findBuildTools } from './build-tools.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { installPackages } from './install-packages.ts';
import { packageFolder, prefixesFolder, prefixOf } from './prefix.ts';
import { type Release, type Variant, type Wheel, wheelsOf } from './release.ts';
import { placeCudaLibrary, placeLibrary, unpackWheel } from './unpack-wheel.ts';

/** Shows that a step begins, passes on how far it is, and shows how it ended; answers what `work` answers. */
export type RunStep = <Result>(
  title: string,
  work: (say: (detail: string) => void) => Promise<Result>,
) => Promise<Result>;

export interface InstallOptions<SelfTest> {
  readonly variant: Variant;
  readonly release: Release;
  readonly cacheFolder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly runStep: RunStep;
  /** Loads the package in this folder in a process of its own and computes with it; throws where that does not work. */
  readonly selfTest: (folder: string) => Promise<SelfTest>;
  /** Gives up, and leaves nothing behind. */
  readonly signal: AbortSignal;
}

export interface Installed<SelfTest> {
  /** Of the tfjs-node package, with its addon and library. */
  readonly folder: string;
  /** It was there before, and works. */
  readonly wasThere: boolean;
  readonly selfTest: SelfTest;
}

/** Source packages, objects and the addon itself, beyond what stays. */
const buildBytes = 0.3e9;

/**
 * Installs a release into a prefix of its own in the cache. It is built and tested beside its place and moved there in one
 * step at the end: a failure at any point leaves nothing, and what was there before stays. Throws UserError or
 * MachineError, by who must act.
 */
export async function installTfjsNative<SelfTest>(options: InstallOptions<SelfTest>): Promise<Installed<SelfTest>> {
  const { variant, release, cacheFolder, runStep, selfTest } = options;
  const prefix = prefixOf(cacheFolder, variant, release);
  const folder = packageFolder(prefix, release);
  return withLock(cacheFolder, async (scratch) => {
    if (existsSync(prefix)) {
      const tested = await runStep('Testing what is installed', () => selfTest(folder)).catch(() => null);
      if (tested !== null) return { folder, wasThere: true, selfTest: tested };
    }
    const built = join(scratch, 'prefix');
    const tools = await runStep('Looking for the tools to build with', () => findBuildTools(options));
    await requireSpace(options);
    await mkdir(built);
    await runStep(`Installing ${release.packageName} ${release.packageVersion} without its library`, () =>
      installPackages(built, release, tools.npm, options),
    );
    const builtPackage = packageFolder(built, release);
    for (const wheel of wheelsOf(release)) await addWheel(wheel, builtPackage, scratch, tools, options);
    await runStep('Building the addon', () => buildAddon(builtPackage, tools.npm, options));
    const tested = await runStep('Testing it', () => selfTest(builtPackage));
    options.signal.throwIfAborted();
    if (existsSync(prefix)) await rename(prefix, join(scratch, 'replaced'));
    await rename(built, prefix);
    return { folder, wasThere: false, selfTest: tested };
  });
}

/** Removes an installed release; false when there is none. Throws MachineError while another process installs. */
export async function uninstallTfjsNative(cacheFolder: string, variant: Variant, release: Release): Promise<boolean> {
  const prefix = prefixOf(cacheFolder, variant, release);
  return withLock(cacheFolder, async (scratch) => {
    if (!existsSync(prefix)) return false;
    await rename(prefix, join(scratch, 'replaced'));
    return true;
  });
}

/** Runs `work` with an empty folder on the prefixes' own disk, which goes in the end, like those of runs that were killed. */
async function withLock<Result>(cacheFolder: string, work: (scratch: string) => Promise<Result>): Promise<Result> {
  const root = prefixesFolder(cacheFolder);
  const lockFile = join(root, 'install.lock');
  const lock = await tryLock(lockFile);
  if (lock === null) {
    const holder = await lockHolder(lockFile);
    throw new MachineError(`Process ${holder ?? ''} is installing into ${root} already: wait until it has finished.`);
  }
  try {
    const left = (await readdir(root)).filter((name) => name.startsWith('new-'));
    await Promise.all(left.map((name) => rm(join(root, name), { recursive: true })));
    const scratch = await mkdtemp(join(root, 'new-'));
    try {
      return await work(scratch);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  } finally {
    await lock.release();
  }
}

async function requireSpace({ release, cacheFolder }: InstallOptions<unknown>): Promise<void> {
  // Wheels are unpacked one at a time; pip holds one twice for a moment.
  const largest = Math.max(...wheelsOf(release).map(({ bytes }) => bytes));
  const needed = release.installedBytes + 2 * largest + buildBytes;
  const free = await freeBytes(cacheFolder);
  if (free >= needed) return;
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);
  throw new UserError(
    `${cacheFolder} has ${gigabytes(free)} GB free, and this takes ${gigabytes(needed)} GB while it is built: ` +
      'free some space, or set SWEEP_CACHE to a folder on another disk.',
  );
}

async function addWheel(
  wheel: Wheel,
  builtPackage: string,
  scratch: string,
  { python }: BuildTools,
  options: InstallOptions<unknown>,
): Promise<void> {
  const { release, environment, signal, runStep } = options;
  const deps = join(builtPackage, 'deps');
  const place = wheel === release.library ? placeLibrary : placeCudaLibrary;
  const title = `Fetching ${wheel.project} ${wheel.version} (${Math.round(wheel.bytes / 1e6)} MB)`;
  await runStep(title, async (say) => {
    const folder = await mkdtemp(join(scratch, 'wheel-'));
    const path = await fetchWheel(wheel, { python, folder, environment, signal, onProgress: say });
    say('unpacking what is needed');
    const files = await unpackWheel(path, deps, place, signal);
    if (files === 0)
      throw new UserError(`The wheel of ${wheel.project} ${wheel.version} holds nothing that is needed.`);
    await rm(folder, { recursive: true });
  });
}
