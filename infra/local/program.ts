import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../core/errors.ts';
import { findOnPath, isExecutable } from './find-on-path.ts';
import { folders } from './folders.ts';
import { tryLock } from './process-lock.ts';
import { buildProgram } from './program-build.ts';
import { downloadProgram } from './program-download.ts';

/** A server of somebody else's that is one executable file: where its release is, and the Go module that it is built from. */
export interface Program {
  /** For a person. */
  readonly title: string;
  /** The executable's name, without an ending. */
  readonly name: string;
  readonly version: string;
  /** The release archive for this platform and processor. */
  readonly archive: URL;
  /** Where the executable lies within the archive; empty: at its top. */
  readonly archiveFolder: string;
  /** What `go install` is given. */
  readonly module: string;
  readonly linkerFlags: string;
  /** On two cores, when Go has nothing cached. */
  readonly buildSeconds: number;
  /** What a person may do where there is no way to have it: sentences of an enumeration. */
  readonly mends: readonly string[];
}

export interface FoundProgram {
  readonly path: string;
  readonly source: 'PATH' | 'cache' | 'download' | 'go install';
}

export interface FindOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** One line for a person, now and then, while something is fetched or built. */
  readonly onProgress?: (message: string) => void;
  /** Gives up a download or a build. */
  readonly signal?: AbortSignal;
}

/** What a way of obtaining a program works with. */
export interface ObtainOptions extends Required<FindOptions> {
  readonly program: Program;
  readonly executableName: string;
  /** An empty folder to work in. */
  readonly scratch: string;
}

/** A binary within the scratch folder that has been seen to start, or what stood in the way. */
export type Obtained = { readonly binary: string } | { readonly problem: string };

/** The program on PATH, else in the cache; null when it is in neither. */
export async function findPresentProgram(
  program: Program,
  environment: NodeJS.ProcessEnv,
): Promise<FoundProgram | null> {
  const onPath = await findOnPath(executableOf(program), environment);
  if (onPath) return { path: onPath, source: 'PATH' };
  const cached = cachedPath(program, environment);
  return (await isExecutable(cached)) ? { path: cached, source: 'cache' } : null;
}

/**
 * Downloads the program's release or builds it with Go, beside its place in the cache, then moves it there in one step, so nobody ever
 * sees half of one. Processes that come at once share one build. Throws UserError that names every mend when there is no way.
 */
export async function obtainProgram(program: Program, options: FindOptions): Promise<FoundProgram> {
  const { environment = process.env, onProgress = () => undefined } = options;
  const signal = options.signal ?? new AbortController().signal;
  const path = cachedPath(program, environment);
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const lockFile = join(folder, 'build.lock');
  let lock = await tryLock(lockFile);
  for (let waited = 0; lock === null; waited += 1) {
    if (waited % 20 === 0) onProgress(`another process is getting ${program.title}; waiting for it`);
    await sleep(500, undefined, { signal });
    lock = await tryLock(lockFile);
  }
  const scratch = await mkdtemp(join(folder, 'new-'));
  try {
    if (await isExecutable(path)) return { path, source: 'cache' };
    const ways = [
      { source: 'download', obtain: downloadProgram },
      { source: 'go install', obtain: buildProgram },
    ] as const;
    const problems: string[] = [];
    const executableName = executableOf(program);
    for (const { source, obtain } of ways) {
      const answer = await obtain({ environment, onProgress, signal, program, executableName, scratch });
      signal.throwIfAborted();
      if ('binary' in answer) {
        await rename(answer.binary, path);
        return { path, source };
      }
      problems.push(answer.problem);
      onProgress(answer.problem);
    }
    throw new UserError(
      `${program.title} is not here and could not be had: ${problems.join('; ')}. Any one of these mends it: ${program.mends.join('; ')}.`,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await lock.release();
  }
}

function executableOf({ name }: Program): string {
  return process.platform === 'win32' ? `${name}.exe` : name;
}

function cachedPath(program: Program, environment: NodeJS.ProcessEnv): string {
  return join(folders(environment).cache, program.name, program.version, executableOf(program));
}
