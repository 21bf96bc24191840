import { readdir, readFile } from 'node:fs/promises';

/** Ticks a second in /proc/PID/stat: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
const samplingMs = 250;

interface ProcessTimes {
  readonly pid: number;
  readonly parent: number;
  /** With the pid it names a process for ever. */
  readonly startedAt: string;
  /** User and system time. */
  readonly seconds: number;
}

export interface MachineTime {
  /** So far, s. */
  read(): Promise<Record<string, number>>;
  stop(): Promise<Record<string, number>>;
}

/**
 * Processor time (user and system) that process trees spend from the call until `stop`, by name of their roots, s. Looks at /proc four times a
 * second, because who waits for ended children differs from system to system: what a process spends after the last look
 * at it is not seen, nor is one that lives for less. A process that was seen once stays in its tree when its parent dies. Linux only.
 */
export async function watchMachineTime(roots: Readonly<Record<string, number>>): Promise<MachineTime> {
  const known = new Map<string, { readonly name: string; readonly before: number; last: number }>();
  const look = async (isFirst: boolean): Promise<void> => {
    const processes = new Map((await readProcesses()).map((process) => [process.pid, process]));
    const identity = ({ pid, startedAt }: ProcessTimes): string => `${pid} ${startedAt}`;
    const nameOf = (process: ProcessTimes): string | null => {
      for (let at: ProcessTimes | undefined = process; at !== undefined; at = processes.get(at.parent)) {
        const { pid } = at;
        const name = known.get(identity(at))?.name ?? Object.keys(roots).find((part) => roots[part] === pid);
        if (name !== undefined) return name;
      }
      return null;
    };
    for (const process of processes.values()) {
      const name = nameOf(process);
      if (name === null) continue;
      const entry = known.get(identity(process)) ?? { name, before: isFirst ? process.seconds : 0, last: 0 };
      entry.last = process.seconds;
      known.set(identity(process), entry);
    }
  };
  await look(true);
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(() => look(false));
  }, samplingMs);
  const read = async (): Promise<Record<string, number>> => {
    looking = looking.then(() => look(false));
    await looking;
    const sums: Record<string, number> = Object.fromEntries(Object.keys(roots).map((name) => [name, 0]));
    for (const { name, before, last } of known.values()) sums[name]! += last - before;
    return sums;
  };
  return {
    read,
    stop() {
      clearInterval(timer);
      return read();
    },
  };
}

async function readProcesses(): Promise<ProcessTimes[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = await Promise.all(
    pids.map(async (pid): Promise<ProcessTimes | null> => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
      if (stat === null) return null; // ended meanwhile
      // After the command in parentheses, from field 3: state, parent, ...; utime, stime are the fields 14 and 15, the start is 22.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const ticks = Number(fields[11]) + Number(fields[12]);
      return { pid, parent: Number(fields[1]), startedAt: fields[19]!, seconds: ticks / ticksPerSecond };
    }),
  );
  return processes.filter((process) => process !== null);
}
