import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { MachineError, UserError } from '../../core/errors.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { asAccount, type ServerAccount } from './server-account.ts';

/** Superuser of the local server, and name of its database. */
export const userName = 'initsweep';

/** The first of several processes decides: a hard link never replaces a file. */
export function keepPassword(folder: string, dataFolder: string): string {
  const file = join(folder, 'password');
  if (!existsSync(file)) {
    if (existsSync(dataFolder)) {
      throw new UserError(
        `${file} is missing, but ${dataFolder} exists. Restore the file, or remove the folder and its data.`,
      );
    }
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, randomBytes(24).toString('hex'), { mode: 0o600 });
    try {
      linkSync(draft, file);
    } catch (error) {
      if (!existsSync(file)) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  return readFileSync(file, 'utf8');
}

/** initdb into a folder of another name first, so that `data` is always whole and two processes never mix theirs. */
export function createDataFolder(
  binaries: PostgresBinaries,
  folder: string,
  dataFolder: string,
  password: string,
  account: ServerAccount | null,
): void {
  const draft = `${dataFolder}.${process.pid}`;
  const passwordFile = `${draft}.password`;
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== null) {
    chownSync(draft, account.uid, account.gid);
    chownSync(passwordFile, account.uid, account.gid);
  }
  chmodSync(draft, 0o700);
  try {
    execFileSync(
      binaries.initdb,
      [
        `--pgdata=${draft}`,
        `--username=${userName}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--no-locale',
      ],
      { cwd: folder, env: serverEnvironment(), stdio: 'pipe', ...asAccount(account) },
    );
    renameSync(draft, dataFolder);
  } catch (error) {
    if (!existsSync(dataFolder)) {
      throw new MachineError(`PostgreSQL's initdb failed in ${folder}: ${messageOf(error)}`, { cause: error });
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}

/** postmaster.pid: process id, data folder, start time, port, socket folder, address, shared memory, state. */
export function lockFile(dataFolder: string): string[] | null {
  try {
    return readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Not ours as it is: PGDATA, PGPORT and the like must not leak in. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

function messageOf(error: unknown): string {
  const stderr = (error as { stderr?: Buffer }).stderr?.toString().trim();
  return stderr !== undefined && stderr !== '' ? stderr : String(error);
}
