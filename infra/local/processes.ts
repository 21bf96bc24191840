import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a process runs. One that has ended but was not yet waited for (in a container perhaps never) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    // pid (command) state ...; the command may hold parentheses of its own.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !['Z', 'X'].includes(text.charAt(text.lastIndexOf(')') + 2));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a process, or null when there is none: what tells our own process from a stranger that got its old pid. */
export async function commandOf(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') {
      const text = await readFile(`/proc/${pid}/cmdline`, 'utf8');
      return text.replaceAll('\0', ' ').trim() || null;
    }
    const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

/** Ends a process: `first`, then SIGKILL after `graceMs`. Resolves once it is gone; a pid that is gone already is fine. */
export async function stopProcess(
  pid: number,
  graceMs: number,
  first: NodeJS.Signals = 'SIGTERM',
): Promise<'ended' | 'killed'> {
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  signal(first);
  const deadline = performance.now() + graceMs;
  while (performance.now() < deadline) {
    if (!isAlive(pid)) return 'ended';
    await sleep(50);
  }
  signal('SIGKILL');
  while (isAlive(pid)) await sleep(20);
  return 'killed';
}
