import type { Contender, Losses } from './contender.ts';
import { cpuSeconds, forgetPeaks, peakMegabytes } from './cores.ts';
import type { Work } from './work.ts';

/** What one contender showed at one work. */
export interface Figures {
  readonly system: string;
  readonly stack: number;
  readonly cores: string;
  readonly trials: number;
  /** Of each repetition. */
  readonly seconds: readonly number[];
  /** Processor time of all its processes, of each repetition; empty where the system does not tell. */
  readonly cpuSeconds: readonly number[];
  readonly startSeconds: number;
  readonly compileSeconds: number;
  readonly peakMegabytes: number | null;
  /** Per trial: of its losses in all epochs and on the test split, relative to our own, at most. */
  readonly deviations: readonly number[];
}

interface Progress {
  readonly contender: Contender;
  readonly compileSeconds: number;
  readonly peakMegabytes: number | null;
  readonly losses: readonly Losses[];
  readonly seconds: number[];
  readonly cpuSeconds: number[];
}

/**
 * Runs all contenders on one work. First each compiles and runs once untimed, which shows its losses and its peak memory; small
 * stacks come first. Then `repetitions` rounds through all of them, each round starting somewhere else, so that
 * a machine that slows down or speeds up does so for everybody.
 */
export async function measure(
  work: Work,
  contenders: readonly Contender[],
  repetitions: number,
  onProgress: (message: string) => void,
): Promise<{ readonly figures: readonly Figures[]; readonly failed: readonly string[] }> {
  const running: Progress[] = [];
  const failed: string[] = [];
  for (const contender of contenders) {
    onProgress(`warming up ${describe(contender)}`);
    const { processes, stack, trials } = contender;
    try {
      const compileSeconds = await processes.prepare(work, stack);
      await forgetPeaks(processes.pids);
      const { losses } = await processes.run(work, stack, trials);
      const megabytes = await peakMegabytes(processes.pids);
      running.push({ contender, compileSeconds, peakMegabytes: megabytes, losses, seconds: [], cpuSeconds: [] });
    } catch (error) {
      failed.push(`${describe(contender)}: ${(error as Error).message}`);
    }
  }
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const first = Math.floor((repetition * running.length) / repetitions);
    for (const progress of [...running.slice(first), ...running.slice(0, first)]) {
      const { processes, stack, trials } = progress.contender;
      onProgress(`round ${repetition + 1} of ${repetitions}: ${describe(progress.contender)}`);
      const before = await cpuSeconds(processes.pids);
      progress.seconds.push((await processes.run(work, stack, trials)).seconds);
      const after = await cpuSeconds(processes.pids);
      if (before !== null && after !== null) progress.cpuSeconds.push(after - before);
    }
  }
  const reference = running[0]?.losses ?? [];
  const figures = running.map(({ contender, losses, ...rest }) => ({
    system: contender.system,
    stack: contender.stack,
    cores: contender.cores,
    trials: contender.trials,
    startSeconds: contender.processes.startSeconds,
    ...rest,
    deviations: losses.map((trial, index) => deviation(trial, reference[index]!)),
  }));
  return { figures, failed };
}

function describe({ system, stack, cores }: Contender): string {
  return `${system}, ${stack === 1 ? 'one at a time' : `stacks of ${stack}`}, ${cores}`;
}

function deviation(actual: Losses, expected: Losses): number {
  const numbers = ({ train, validation, test }: Losses): number[] => [...train, ...validation, test];
  const others = numbers(actual);
  return Math.max(...numbers(expected).map((value, index) => Math.abs(others[index]! - value) / Math.abs(value)));
}
