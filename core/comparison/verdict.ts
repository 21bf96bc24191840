import { claimThresholds } from '../claims/thresholds.ts';
import type { InitializerResult, Verdict } from './comparison.ts';

const { fewestSeeds } = claimThresholds;

/** What the results of a group, best first, allow to say. */
export function verdictOf(results: readonly InitializerResult[]): Verdict {
  const [first, ...others] = results as [InitializerResult, ...InitializerResult[]];
  if (first.trials === 0) return { kind: 'undecided', among: [], reason: 'no trial has a result' };
  if (others.length === 0) {
    return { kind: 'undecided', among: [first.initializer], reason: 'there is nothing to compare it with' };
  }
  const rivals = others.filter((other) => !isBehind(first, other));
  if (rivals.length === 0) {
    const seeds = Math.min(...results.map(({ trials }) => trials));
    const reason = `ahead of every other on ${seeds} seeds or more${prunedNote(results)}`;
    return { kind: 'best', initializer: first.initializer, reason };
  }
  const among = [first, ...rivals];
  const few = among.some(({ trials }) => trials < fewestSeeds);
  return {
    kind: 'undecided',
    among: among.map(({ initializer }) => initializer),
    reason: `${few ? `fewer than ${fewestSeeds} seeds have a result` : 'the results of their seeds overlap'}${prunedNote(among)}`,
  };
}

/** What the reason leaves out where trials were given up: the race is decided by them, not by what they would have come to. */
function prunedNote(results: readonly InitializerResult[]): string {
  const pruned = results.reduce((sum, result) => sum + result.pruned, 0);
  if (pruned === 0) return '';
  return `; ${pruned} of their trials ${pruned === 1 ? 'was given up early and counts' : 'were given up early and count'} as behind`;
}

/** Whether the first one's lead over another is beyond chance: enough seeds, and an interval that lies above a half. */
function isBehind(first: InitializerResult, other: InitializerResult): boolean {
  if (first.trials < fewestSeeds || other.trials < fewestSeeds) return false;
  return (other.beatenByFirst?.interval.low ?? 0) > 0.5;
}
