import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.ts';
import { findOnPath, isExecutable } from './find-on-path.ts';
import { folders } from './folders.ts';
import { tryLock } from './process-lock.ts';
import { buildTemporal } from './temporal-build.ts';
import { downloadTemporal } from './temporal-download.ts';

/** The newest Temporal CLI that `go install` can build (later ones replace a module by a folder, which it refuses). */
export const temporalVersion = '1.5.1';

const executableName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

export interface TemporalBinary {
  readonly path: string;
  readonly source: 'SWEEP_TEMPORAL_BINARY' | 'PATH' | 'cache' | 'download' | 'go install';
}

export interface FindTemporalOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** One line for a person, now and then, while something is fetched or built. */
  readonly onProgress?: (message: string) => void;
  /** Where Temporal's release archives are. */
  readonly downloadSite?: string;
  /** Gives up a download or a build. */
  readonly signal?: AbortSignal;
}

/**
 * Finds the Temporal CLI with its development server: SWEEP_TEMPORAL_BINARY, `temporal` on PATH, the cached one; else
 * downloads it from Temporal's public site, or builds it with Go, into the cache. Processes that come at once
 * share one build. Throws UserError that names every mend when there is no way.
 */
export async function findTemporal(options: FindTemporalOptions = {}): Promise<TemporalBinary> {
  const environment = options.environment ?? process.env;
  const found = await findPresentTemporal(environment);
  if (found) return found;
  return obtainTemporal({
    environment,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    downloadSite: 'https://temporal.download',
    ...options,
  });
}

/** As findTemporal, without fetching or building: null when there is none on this machine. */
export async function findPresentTemporal(
  environment: NodeJS.ProcessEnv = process.env,
): Promise<TemporalBinary | null> {
  const explicit = environment['SWEEP_TEMPORAL_BINARY'];
  if (explicit) {
    if (await isExecutable(explicit)) return { path: explicit, source: 'SWEEP_TEMPORAL_BINARY' };
    throw new UserError(`SWEEP_TEMPORAL_BINARY is ${explicit}, which is no executable file: correct it or unset it.`);
  }
  const onPath = await findOnPath(executableName, environment);
  if (onPath) return { path: onPath, source: 'PATH' };
  const cached = cachedPath(environment);
  return (await isExecutable(cached)) ? { path: cached, source: 'cache' } : null;
}

function cachedPath(environment: NodeJS.ProcessEnv): string {
  return join(folders(environment).cache, 'temporal', temporalVersion, executableName);
}

/** Downloads or builds the binary beside its place in the cache, then moves it there in one step, so nobody ever sees half of one. */
async function obtainTemporal(options: Required<FindTemporalOptions>): Promise<TemporalBinary> {
  const { environment, onProgress, signal } = options;
  const path = cachedPath(environment);
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const lockFile = join(folder, 'build.lock');
  let lock = await tryLock(lockFile);
  for (let waited = 0; lock === null; waited += 1) {
    if (waited % 20 === 0) onProgress('another process is getting Temporal; waiting for it');
    await sleep(500, undefined, { signal });
    lock = await tryLock(lockFile);
  }
  const scratch = await mkdtemp(join(folder, 'new-'));
  try {
    if (await isExecutable(path)) return { path, source: 'cache' };
    const ways = [
      { source: 'download', obtain: downloadTemporal },
      { source: 'go install', obtain: buildTemporal },
    ] as const;
    const problems: string[] = [];
    for (const { source, obtain } of ways) {
      const answer = await obtain({ ...options, scratch, version: temporalVersion, executableName });
      signal.throwIfAborted();
      if ('binary' in answer) {
        await rename(answer.binary, path);
        return { path, source };
      }
      problems.push(answer.problem);
      onProgress(answer.problem);
    }
    throw new UserError(
      `There is no Temporal server here, and none could be had: ${problems.join('; ')}. Any one of these mends it: ` +
        'install the Temporal CLI (https://docs.temporal.io/cli/setup-cli) so that `temporal` is on PATH; ' +
        'set SWEEP_TEMPORAL_BINARY to its path; install Go (https://go.dev/dl), so that it can be built; ' +
        'set TEMPORAL_ADDRESS to a server that runs already.',
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await lock.release();
  }
}
