import { execFile, spawn } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { UserError } from '../../core/errors.ts';
import { folders } from './folders.ts';
import { tryLock } from './process-lock.ts';

/** The newest Temporal CLI that `go install` can build (later ones replace a module by a folder, which it refuses). */
export const temporalVersion = '1.5.1';

const run = promisify(execFile);
const executableName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

export interface TemporalBinary {
  readonly path: string;
  readonly source: 'SWEEP_TEMPORAL_BINARY' | 'PATH' | 'cache' | 'download' | 'go install';
}

export interface FindTemporalOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** One line for a person, now and then, while something is fetched or built. */
  readonly onProgress?: (message: string) => void;
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
  return (
    found ??
    obtainTemporal({ environment, onProgress: () => undefined, signal: new AbortController().signal, ...options })
  );
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

/** First executable of this name on the environment's PATH. */
export async function findOnPath(name: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  for (const folder of (environment['PATH'] ?? '').split(delimiter).filter(Boolean)) {
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return null;
}

function cachedPath(environment: NodeJS.ProcessEnv): string {
  return join(folders(environment).cache, 'temporal', temporalVersion, executableName);
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function obtainTemporal({
  environment,
  onProgress,
  signal,
}: Required<FindTemporalOptions>): Promise<TemporalBinary> {
  const target = cachedPath(environment);
  const folder = join(target, '..');
  await mkdir(folder, { recursive: true });
  let lock = await tryLock(join(folder, 'build.lock'));
  for (let waited = 0; lock === null; waited += 1) {
    if (waited % 20 === 0) onProgress('another process is getting Temporal; waiting for it');
    await sleep(500, undefined, { signal });
    lock = await tryLock(join(folder, 'build.lock'));
  }
  const scratch = await mkdtemp(join(folder, 'new-'));
  try {
    if (await isExecutable(target)) return { path: target, source: 'cache' };
    const downloadProblem = await download(scratch, onProgress, signal);
    if (downloadProblem === null) {
      await install(join(scratch, executableName), target);
      return { path: target, source: 'download' };
    }
    signal.throwIfAborted();
    const buildProblem = await goInstall(scratch, environment, downloadProblem, onProgress, signal);
    if (buildProblem === null) {
      await install(join(scratch, executableName), target);
      return { path: target, source: 'go install' };
    }
    signal.throwIfAborted();
    throw new UserError(
      `No Temporal server here, and none could be had: ${downloadProblem}; ${buildProblem}. Any one of these mends it: ` +
        'install the Temporal CLI (https://docs.temporal.io/cli/setup-cli) so that `temporal` is on PATH; ' +
        'set SWEEP_TEMPORAL_BINARY to its path; install Go 1.24 or later, so that it can be built; ' +
        'set TEMPORAL_ADDRESS to a server that runs already.',
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await lock.release();
  }
}

/** The binary must start before it takes its place, and takes it in one step, so nobody ever sees half of one. */
async function install(built: string, target: string): Promise<void> {
  await run(built, ['--version']);
  await rename(built, target);
}

/** Temporal's own release archive. Answers null, or what went wrong; an unreachable host costs five seconds. */
async function download(
  scratch: string,
  onProgress: (message: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/archive/v${temporalVersion}?platform=${platform}&arch=${arch}`;
  onProgress(`downloading Temporal ${temporalVersion}`);
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(new Error('no answer in 5 s')), 5_000);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([waiting.signal, signal]) });
    clearTimeout(timer);
    if (!response.ok || response.body === null) return `temporal.download answered ${response.status}`;
    const archive = join(scratch, 'archive');
    await writeFile(archive, await readWithProgress(response, onProgress));
    // Both GNU and BSD tar read the format from the content.
    await run('tar', ['-xf', archive, '-C', scratch]);
    return (await isExecutable(join(scratch, executableName)))
      ? null
      : 'the archive from temporal.download held no binary';
  } catch (error) {
    const cause = (error as Error).cause;
    return `temporal.download could not be used (${cause instanceof Error ? cause.message : (error as Error).message})`;
  } finally {
    clearTimeout(timer);
  }
}

async function readWithProgress(response: Response, onProgress: (message: string) => void): Promise<Buffer> {
  const totalBytes = Number(response.headers.get('content-length') ?? 0);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let shownMb = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    parts.push(part);
    bytes += part.byteLength;
    const mb = Math.floor(bytes / 1e6);
    if (mb >= shownMb + 10) {
      shownMb = mb;
      onProgress(
        `downloading Temporal ${temporalVersion}: ${mb}${totalBytes > 0 ? ` of ${Math.round(totalBytes / 1e6)}` : ''} MB`,
      );
    }
  }
  return Buffer.concat(parts);
}

/** Builds the binary from its public Go module. Answers null, or what went wrong. */
async function goInstall(
  scratch: string,
  environment: NodeJS.ProcessEnv,
  reason: string,
  onProgress: (message: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  const go = await findOnPath(process.platform === 'win32' ? 'go.exe' : 'go', environment);
  if (go === null) return 'Go, which could build it, is not on PATH';
  onProgress(`${reason}; building Temporal ${temporalVersion} with Go instead (about 5 minutes on two cores, once)`);
  const started = performance.now();
  const package_ = `github.com/temporalio/cli/cmd/temporal@v${temporalVersion}`;
  const flags = `-X github.com/temporalio/cli/temporalcli.Version=${temporalVersion}`;
  const child = spawn(go, ['install', '-v', '-ldflags', flags, package_], {
    env: { ...environment, GOBIN: scratch },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  let packages = 0;
  let lastLine = '';
  const describe = (): void => {
    const seconds = Math.round((performance.now() - started) / 1000);
    onProgress(
      `building Temporal ${temporalVersion}: ${packages} packages compiled, ${seconds} s so far (about 300 s)`,
    );
  };
  const timer = setInterval(describe, 5_000);
  // -v names each package when it is compiled, and says what it downloads.
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (line) => {
    lastLine = line;
    if (!line.startsWith('go: ')) packages += 1;
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return code === 0 ? null : `go install ended with ${code} (${lastLine})`;
  } catch (error) {
    return `go install did not start (${(error as Error).message})`;
  } finally {
    clearInterval(timer);
  }
}
