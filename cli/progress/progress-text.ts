import picocolors from 'picocolors';
import type { CellSummary, SweepProgress } from '../../storage/sweep-store.ts';
import { endedTrials } from './ended-trials.ts';

/** One line of plain text: what is done, what runs, what failed, time left, best cell so far. */
export function progressLine(progress: SweepProgress, timeLeftMs: number | null): string {
  return [counts(progress), timeLeft(progress, timeLeftMs), best(progress.best)].filter(Boolean).join(' · ');
}

/** The same for a terminal of `columns` columns: a bar, and a line each for counts and best cell. */
export function progressBlock(progress: SweepProgress, timeLeftMs: number | null, columns: number): string {
  const width = Math.max(10, Math.min(40, columns - 40));
  const share = progress.total === 0 ? 0 : endedTrials(progress) / progress.total;
  const filled = Math.round(share * width);
  const bar = picocolors.green('█'.repeat(filled)) + picocolors.dim('░'.repeat(width - filled));
  return [`${bar} ${timeLeft(progress, timeLeftMs)}`, counts(progress), best(progress.best)].filter(Boolean).join('\n');
}

function counts(progress: SweepProgress): string {
  const { states, total, reused } = progress;
  const ended = endedTrials(progress);
  const percent = total === 0 ? 100 : Math.floor((100 * ended) / total);
  return [
    `${ended}/${total} trials done (${percent} %)`,
    `${states.running} running`,
    `${states.failed} failed`,
    ...(states.diverged > 0 ? [`${states.diverged} diverged`] : []),
    ...(states.pruned > 0 ? [`${states.pruned} pruned`] : []),
    ...(states.cancelled > 0 ? [`${states.cancelled} cancelled`] : []),
    ...(reused > 0 ? [`${reused} taken over`] : []),
  ].join(' · ');
}

function timeLeft(progress: SweepProgress, timeLeftMs: number | null): string {
  if (endedTrials(progress) >= progress.total) return 'all trials have ended';
  return timeLeftMs === null ? 'time left: not known yet' : `about ${durationText(timeLeftMs)} left`;
}

function best(cell: CellSummary | null): string {
  if (cell === null) return '';
  const name = `${cell.initializer}, ${cell.activation}, depth ${cell.depth}`;
  const metric =
    cell.medianTestAccuracy !== null
      ? `test accuracy ${(100 * cell.medianTestAccuracy).toFixed(1)} %`
      : cell.medianTestLoss !== null
        ? `test loss ${cell.medianTestLoss.toPrecision(3)}`
        : '';
  const epochs = cell.medianEpochsToTarget === null ? '' : `target after ${cell.medianEpochsToTarget} epochs`;
  return `best so far: ${[name, epochs, metric].filter(Boolean).join(', ')}`;
}

/** `8 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(durationMs: number): string {
  const seconds = Math.max(1, Math.round(durationMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
