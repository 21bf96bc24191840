import { createLogUpdate } from 'log-update';
import type { SweepProgress } from '../../storage/sweep-store.ts';
import { endedTrials } from './ended-trials.ts';
import { progressBlock, progressLine } from './progress-text.ts';
import { Throughput } from './throughput.ts';

/** Plain lines come no more often than this. */
const plainEveryMs = 5_000;

export interface ProgressDisplay {
  show(progress: SweepProgress): void;
  /** Says something beside the progress, such as that a server is away. */
  note(message: string): void;
  /** Leaves the last state on the screen. */
  end(): void;
}

/** A block that is drawn anew on a terminal; elsewhere a line every few seconds, and only when something has changed. */
export function progressDisplay(
  stream: NodeJS.WriteStream = process.stderr,
  clock: () => number = () => performance.now(),
): ProgressDisplay {
  return stream.isTTY ? liveDisplay(stream, clock) : plainDisplay(stream, clock);
}

function liveDisplay(stream: NodeJS.WriteStream, clock: () => number): ProgressDisplay {
  const draw = createLogUpdate(stream);
  const throughput = new Throughput();
  return {
    show(progress) {
      throughput.add(clock(), endedTrials(progress));
      draw(progressBlock(progress, throughput.timeLeftMs(progress.total - endedTrials(progress)), stream.columns));
    },
    note(message) {
      draw.clear();
      stream.write(`${message}\n`);
    },
    end: () => draw.done(),
  };
}

function plainDisplay(stream: NodeJS.WriteStream, clock: () => number): ProgressDisplay {
  const throughput = new Throughput();
  let shownAtMs = -Infinity;
  let shown = '';
  let latest: { text: string; key: string } | null = null;
  const write = (atMs: number): void => {
    if (latest === null || latest.key === shown) return;
    stream.write(`${latest.text}\n`);
    shown = latest.key;
    shownAtMs = atMs;
  };
  return {
    show(progress) {
      const now = clock();
      throughput.add(now, endedTrials(progress));
      const timeLeftMs = throughput.timeLeftMs(progress.total - endedTrials(progress));
      // A time left that only ticks on is no news.
      latest = { text: progressLine(progress, timeLeftMs), key: progressLine(progress, null) };
      if (now - shownAtMs >= plainEveryMs) write(now);
    },
    note: (message) => void stream.write(`${message}\n`),
    end: () => write(clock()),
  };
}
