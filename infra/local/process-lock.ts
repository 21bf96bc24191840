import { link, mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAlive } from './processes.ts';

/** A holder touches its lock this often ... */
const touchEveryMs = 5_000;
/** ... so one that was not touched for so long belongs to a dead process whose pid went to another. */
const staleAfterMs = 120_000;
const replacingWithinMs = 10_000;

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
    const isMine =
      (await linked(mine, path)) || ((await lockHolder(path)) === null && (await replaceStale(mine, path)));
    if (!isMine) return null;
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

/** Whether the lock at `path` is ours now; false when there is one already. */
async function linked(mine: string, path: string): Promise<boolean> {
  try {
    await link(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Puts our lock in a dead holder's place. Only one process at a time may do so, under a second lock: else a slow one would
 * remove not the dead holder's lock but that of the one who was faster.
 */
async function replaceStale(mine: string, path: string): Promise<boolean> {
  const second = `${path}.replacing`;
  if (!(await linked(mine, second))) {
    const ageMs = await stat(second).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    // It is held for less than a millisecond, unless its holder was killed just then: the next attempt finds the way free.
    if (ageMs > replacingWithinMs) await rm(second, { force: true });
    return false;
  }
  try {
    if ((await lockHolder(path)) !== null) return false;
    await rm(path, { force: true });
    return await linked(mine, path);
  } finally {
    await rm(second, { force: true });
  }
}
