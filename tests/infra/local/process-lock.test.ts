import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockHolder, tryLock } from '../../../infra/local/process-lock.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  path = join(folder, 'the.lock');
});
afterEach(() => rm(folder, { recursive: true }));

/** Pid of a process that was killed and is gone. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  child.kill('SIGKILL');
  await once(child, 'exit');
  return child.pid as number;
}

describe('tryLock', () => {
  test('lets one of many in, and the next one after it was released', async () => {
    const locks = await Promise.all(Array.from({ length: 20 }, () => tryLock(path)));
    const held = locks.filter((lock) => lock !== null);
    expect(held).toHaveLength(1);
    expect(await lockHolder(path)).toBe(process.pid);
    await held[0]?.release();
    expect(await lockHolder(path)).toBeNull();
    const next = await tryLock(path);
    expect(next).not.toBeNull();
    await next?.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test('takes over the lock of a killed process, once', async () => {
    await writeFile(path, String(await deadPid()));
    expect(await lockHolder(path)).toBeNull();
    const locks = await Promise.all(Array.from({ length: 10 }, () => tryLock(path)));
    expect(locks.filter((lock) => lock !== null)).toHaveLength(1);
    expect(await readFile(path, 'utf8')).toBe(String(process.pid));
  });

  test('takes over a lock whose pid lives but belongs to a stranger: nobody has touched it for long', async () => {
    await writeFile(path, '1');
    expect(await tryLock(path)).toBeNull();
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(path, longAgo, longAgo);
    expect(await tryLock(path)).not.toBeNull();
  });
});
