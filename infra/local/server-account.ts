import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { UserError } from '../../core/errors.ts';

/** The operating system's account that PostgreSQL runs under, where that is not our own. */
export interface ServerAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Accounts that exist nearly everywhere, the fitting one first; none is ever created. */
const candidates = ['postgres', '_postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root. Returns null for an ordinary user (the server runs as that user). For root: the account
 * that owns `dataFolder` already, else the first of `postgres`, `_postgres` (macOS) and `nobody` that exists.
 * Throws UserError when there is none.
 */
export function chooseServerAccount(dataFolder: string): ServerAccount | null {
  if (process.getuid?.() !== 0) return null;
  const owner = statSync(dataFolder, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of candidates) {
    const [uid, gid] = [numericId('-u', name), numericId('-g', name)];
    if (uid !== null && gid !== null && uid !== 0) return { name, uid, gid };
  }
  throw new UserError(
    `PostgreSQL does not run as root, and none of the accounts ${candidates.join(', ')} exists. ` +
      'Create one (useradd --system postgres), run as an ordinary user, or set DATABASE_URL to a server of your own.',
  );
}

/** True when `account` (null: we ourselves) may enter the folder or run the file at `path`. */
export function canEnter(path: string, account: ServerAccount | null): boolean {
  const probe = spawnSync('test', ['-x', path], { cwd: '/', ...asAccount(account) });
  return probe.status === 0;
}

/** Options of spawn that run a child under `account`. */
export function asAccount(account: ServerAccount | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

function numericId(flag: '-u' | '-g', name: string): number | null {
  const answer = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return answer.status === 0 ? Number(answer.stdout.trim()) : null;
}
