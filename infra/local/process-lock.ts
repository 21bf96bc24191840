import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAlive } from './processes.ts';

/** A holder touches its lock this often ... */
const touchEveryMs = 5_000;
/** ... so one that was not touched for so long belongs to a dead process whose pid went to another. */
const staleAfterMs = 120_000;

export interface ProcessLock {
  release(): Promise<void>;
}

/** Pid of the living process that holds the lock, or null. */
export async function lockHolder(path: string): Promise<number | null> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const pid = Number(text);
    return Number.isInteger(pid) && isAlive(pid) && Date.now() - mtimeMs < staleAfterMs ? pid : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Takes a lock that one process at a time can hold; null while another living process holds it. A lock left by a killed
 * process is taken over. The file appears whole (by link), so a reader never sees an empty one.
 */
export async function tryLock(path: string): Promise<ProcessLock | null> {
  await mkdir(dirname(path), { recursive: true });
  const mine = `${path}.${process.pid}.${performance.now()}`;
  await writeFile(mine, String(process.pid));
  try {
    for (;;) {
      try {
        await link(mine, path);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      if ((await lockHolder(path)) !== null) return null;
      await removeStale(path, `${mine}.stale`);
    }
  } finally {
    await rm(mine, { force: true });
  }
  const timer = setInterval(() => {
    const now = new Date();
    // A lock whose folder was deleted has nobody left to tell.
    utimes(path, now, now).catch(() => clearInterval(timer));
  }, touchEveryMs);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      await rm(path, { force: true });
    },
  };
}

/** Moves a dead holder's lock away; one that a faster process has renewed meanwhile is put back. */
async function removeStale(path: string, aside: string): Promise<void> {
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await lockHolder(aside)) !== null) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}
