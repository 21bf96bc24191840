import { cellsOfRace, rungsOf } from '../../core/adaptive/pruning.ts';
import { pruningCost } from '../../core/adaptive/pruning-cost.ts';
import type { GroupComparison } from '../../core/comparison/comparison.ts';
import type { SweepSpec } from '../../core/sweep/sweep-spec.ts';
import type { TrialOutcomeRow } from '../../storage/sweep-store.ts';
import { listText } from './numbers.ts';

/** What a sweep with pruning has spared, and what that may have cost, in a few sentences; none for a sweep without. */
export function pruningText(
  spec: SweepSpec,
  outcomes: readonly TrialOutcomeRow[],
  comparisons: readonly GroupComparison[],
): string[] {
  if (spec.adaptive?.pruning === undefined) return [];
  const { pruned, epochsPlanned, epochsSpared, networks, open } = pruningCost(
    outcomes,
    comparisons,
    spec.training.epochs,
  );
  const share = epochsPlanned === 0 ? 0 : Math.round((100 * epochsSpared) / epochsPlanned);
  return [
    `Pruning: ${pruned} trials were given up ${rungsText(spec)}, which spared ${epochsSpared} of ${epochsPlanned} epochs (${share} %).`,
    'They count as behind all that went on, which is what "in the race" says: what they would have come to is not known.',
    open.length === 0
      ? 'No comparison is open between initializers of which trials were given up.'
      : `What it may have cost: ${open.length} of ${networks} comparisons are open between initializers of which trials were given up.`,
  ];
}

/** `after epochs 3 and 9`. */
export function rungsText({ adaptive, training, axes }: SweepSpec): string {
  const rungs = adaptive?.pruning ? rungsOf(adaptive.pruning, training.epochs, cellsOfRace(axes)) : [];
  return `after epoch${rungs.length === 1 ? '' : 's'} ${listText(rungs.map(String))}`;
}
