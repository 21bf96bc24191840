import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { foldersOf } from '../../core/folders.ts';

export interface Folders {
  /** State that matters: database, Temporal's history, logs, `stack.json`. */
  readonly home: string;
  /** What can be fetched or built again: the Temporal binary, PostgreSQL's binaries. */
  readonly cache: string;
  readonly logs: string;
}

/** Where the local stack keeps its files; core/folders.ts says how they are found. */
export function folders(environment: NodeJS.ProcessEnv = process.env, isRoot = process.getuid?.() === 0): Folders {
  const { home, cache } = foldersOf({ environment, isRoot, homeFolder: homedir() });
  return { home: resolve(home), cache: resolve(cache), logs: join(resolve(home), 'logs') };
}
