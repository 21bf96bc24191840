import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Folders {
  /** State that matters: database, Temporal's history, logs, `stack.json`. */
  readonly home: string;
  /** What can be fetched or built again: the Temporal binary, PostgreSQL's binaries. */
  readonly cache: string;
  readonly logs: string;
}

/**
 * Where the local stack keeps its files. `SWEEP_HOME` and `SWEEP_CACHE` come first; as root the defaults lie under
 * /var, because PostgreSQL then runs as another user who cannot enter root's home; else they follow the XDG base folders.
 */
export function folders(environment: NodeJS.ProcessEnv = process.env, isRoot = process.getuid?.() === 0): Folders {
  const under = (variable: string, rootDefault: string, xdgVariable: string, ...userDefault: string[]): string => {
    const explicit = environment[variable];
    if (explicit) return resolve(explicit);
    if (isRoot) return rootDefault;
    const base = environment[xdgVariable] || join(environment['HOME'] || homedir(), ...userDefault);
    return join(base, 'initsweep');
  };
  const home = under('SWEEP_HOME', '/var/lib/initsweep', 'XDG_DATA_HOME', '.local', 'share');
  const cache = under('SWEEP_CACHE', '/var/cache/initsweep', 'XDG_CACHE_HOME', '.cache');
  return { home, cache, logs: join(home, 'logs') };
}
