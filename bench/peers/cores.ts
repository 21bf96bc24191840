import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
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

/** Processor time that the threads of these processes have used since they started, s; null where the system does not tell. */
export async function cpuSeconds(pids: readonly number[]): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const used = await Promise.all(
    pids.map(async (pid) => {
      const threads = await readdir(`/proc/${pid}/task`);
      // In nanoseconds, where a process's own sum is in ticks of 10 ms: a stack of small trials takes a few of these.
      const times = await Promise.all(
        threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')),
      );
      return times.reduce((sum, time) => sum + Number(time.split(' ')[0]), 0) / 1e9;
    }),
  );
  return used.reduce((sum, seconds) => sum + seconds, 0);
}
