import type { ComparedTrial } from '../comparison/comparison.ts';
import { groupedBy } from '../comparison/grouped-by.ts';
import { hasResult, scoreTrials, testMetricOf } from '../comparison/score-trials.ts';
import { cellParts } from '../trial/labels.ts';

/** A finished trial of any sweep. */
export interface EvidenceTrial extends ComparedTrial {
  /** Name of a sweep that it belongs to. */
  readonly sweep: string;
  readonly epochBudget: number;
  /** Id of the sweep, where it gives up trials that are behind; null: it gives each its whole budget. */
  readonly race: string | null;
  /** As text, such as `validationAccuracy 0.9`; null without one. */
  readonly target: string | null;
}

/** Trials of one measured network under one training, by initializer, each with its place among all of them: 0 is the worst, 1 the best. */
export interface Corner {
  /** All that these trials share beside activation, depth and width. */
  readonly setting: string;
  readonly depth: number;
  readonly width: number;
  /** How much it counts for the network that was asked about; the corners of a setting add up to 1. */
  readonly weight: number;
  readonly places: ReadonlyMap<string, readonly number[]>;
  readonly trials: readonly EvidenceTrial[];
}

/**
 * What was measured around a network, setting by setting: the network itself, or the ones of the nearest depths and widths on either side, weighed
 * linearly in the logarithms. A setting that does not enclose the network says nothing: nothing is read beyond what was measured.
 *
 * @param trials of one activation, in any order
 */
export function cornersAround(trials: readonly EvidenceTrial[], depth: number, width: number): Corner[] {
  const settings = groupedBy(trials.filter(hasResult), settingOf);
  const corners = [...settings]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([setting, members]) => {
      const sides = { depth: enclosing(members, 'depth', depth), width: enclosing(members, 'width', width) };
      const corners = sides.depth.flatMap((d) =>
        sides.width.map((w) => ({
          depth: d.at,
          width: w.at,
          weight: d.weight * w.weight,
          own: members.filter((trial) => trial.depth === d.at && trial.width === w.at),
        })),
      );
      if (corners.some(({ own }) => own.length === 0)) return [];
      return corners.map(({ own, ...corner }) => ({ ...corner, setting, trials: own, places: placesOf(own) }));
    });
  // A race speaks where nobody trained all to the end: what it took over, or another sweep trained anew, would count twice.
  const whole = corners.filter(({ trials: own }) => own[0]!.race === null);
  return whole.length > 0 ? whole : corners;
}

function settingOf(trial: EvidenceTrial): string {
  const axes = ['initializer', 'activation', 'depth', 'width'];
  const parts = cellParts(trial, (axis) => !axes.includes(axis));
  // What was given up in one race has no place among trials that did not run it.
  const race = trial.race === null ? [] : [`pruned in sweep ${trial.race}`];
  return [...parts, `${trial.epochBudget} epochs`, trial.target ?? 'no target', ...race].join(', ');
}

/** The measured values next to the wanted one, with their weights; none where it lies outside. */
function enclosing(trials: readonly EvidenceTrial[], axis: 'depth' | 'width', wanted: number) {
  const values = trials.map((trial) => trial[axis]);
  const below = Math.max(...values.filter((value) => value <= wanted));
  const above = Math.min(...values.filter((value) => value >= wanted));
  if (!Number.isFinite(below) || !Number.isFinite(above)) return [];
  if (below === above) return [{ at: below, weight: 1 }];
  const share = Math.log(wanted / below) / Math.log(above / below);
  return [
    { at: below, weight: 1 - share },
    { at: above, weight: share },
  ];
}

function placesOf(trials: readonly EvidenceTrial[]): Map<string, readonly number[]> {
  const { epochBudget, target } = trials[0]!;
  const training = { epochs: epochBudget, target: target === null ? null : {} };
  const scored = scoreTrials(trials, training, testMetricOf(trials));
  const last = Math.max(1, scored.length - 1);
  const places = groupedBy(scored, ({ trial }) => trial.initializer);
  return new Map([...places].map(([label, own]) => [label, own.map(({ score }) => score / last)]));
}
