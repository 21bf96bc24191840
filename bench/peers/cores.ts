import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Keeps all threads of a running process on one core. Where the system has no taskset, threads stay as they are set. */
export async function pinToCore(pid: number, core: number): Promise<void> {
  if (process.platform === 'linux')
    await run('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)]);
}

/** The command that starts a process on one core, so that libraries that count cores count one. */
export function onCore(core: number, command: readonly string[]): readonly string[] {
  return process.platform === 'linux' ? ['taskset', '--cpu-list', String(core), ...command] : command;
}

/** Starts the peak resident sizes of these processes anew at what they hold now. Linux only, like peakMegabytes. */
export async function forgetPeaks(pids: readonly number[]): Promise<void> {
  if (process.platform !== 'linux') return;
  await Promise.all(pids.map((pid) => writeFile(`/proc/${pid}/clear_refs`, '5')));
}

/** Peak resident size of these processes together, MB; null where the system does not tell. */
export async function peakMegabytes(pids: readonly number[]): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const peaks = await Promise.all(
    pids.map(async (pid) => {
      const match = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
      return Number(match?.[1]) / 1_000;
    }),
  );
  return peaks.reduce((sum, peak) => sum + peak, 0);
}

/** Processor time these processes have used since they started, s; null where the system does not tell. */
export async function cpuSeconds(pids: readonly number[]): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const used = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // After the command in parentheses, which may hold spaces: utime and stime are the fields 14 and 15, in ticks of 10 ms.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    }),
  );
  return used.reduce((sum, seconds) => sum + seconds, 0);
}
