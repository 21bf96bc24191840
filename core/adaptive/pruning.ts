import { cellParts, type CellLabels } from '../trial/labels.ts';
import type { AdaptivePruning, Axes } from '../sweep/sweep-spec.ts';

/** What a trial has come to at a rung; nothing of it was measured on test data. */
export interface RungEntry {
  /** It had met its target by then. */
  readonly hasReachedTarget: boolean;
  /** The lowest of its epochs so far; null: it diverged, or ended before without a finite one. */
  readonly validationLoss: number | null;
}

/** Whether a trial goes on from a rung, and by what that was decided. */
export interface RungDecision {
  readonly isKept: boolean;
  /** Trials that had come to the rung, itself included. */
  readonly compared: number;
  /** The best so many of them go on. */
  readonly places: number;
  /** The loss of the last of the others to have such a place; null where that one had met its target, or there were fewer. */
  readonly threshold: number | null;
}

/** Cells that race each other in one network: those that differ in initializer or learning rate. */
export function cellsOfRace(axes: Pick<Axes, 'initializer' | 'learningRate'>): number {
  return axes.initializer.length * axes.learningRate.length;
}

/**
 * The epochs after which trials may be given up, ascending: minEpochs x reduction^k, k = 0, 1, ..., below the budget. From each about one of
 * `reduction` trials goes on, and the last rung leaves no fewer than one cell has: reduction^(k + 1) is at most `cells`. Beyond that a race
 * would be between the seeds of the best cell, and its own result would be of its luckiest ones alone.
 */
export function rungsOf({ minEpochs, reduction }: AdaptivePruning, epochs: number, cells: number): number[] {
  const rungs: number[] = [];
  for (
    let epoch = minEpochs, left = reduction;
    epoch < epochs && left <= cells;
    epoch *= reduction, left *= reduction
  ) {
    rungs.push(epoch);
  }
  return rungs;
}

/** Names the race of a trial: all that those share which are ranked together, which is every axis but initializer, learning rate and seed. */
export function raceOf(cell: CellLabels): string {
  return cellParts(cell, (axis) => axis !== 'initializer' && axis !== 'learningRate').join(' · ');
}

/**
 * The stopping variant of asynchronous successive halving (ASHA: Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht, Talwalkar 2020, "A
 * System for Massively Parallel Hyperparameter Tuning"; the variant that never takes a trial up again is that of Ray Tune's and Syne Tune's
 * schedulers): a trial goes on when it is among the best n / reduction (rounded down, but one at least) of the n trials that have come to the
 * rung so far. Nobody waits for anybody. So whoever is the best when it comes goes on, equals of one that goes on do too, and so does every
 * trial that has met its target.
 *
 * Nothing but the entries counts, neither initializer nor seed: where two initializers are alike, any of their trials may be
 * exchanged. See docs/decisions/0007-pruning.md.
 *
 * @param others entries of the same rung and race, in any order
 */
export function decideRung(own: RungEntry, others: readonly RungEntry[], reduction: number): RungDecision {
  const compared = others.length + 1;
  const places = Math.max(1, Math.floor(compared / reduction));
  const last = others.toSorted(compareEntries)[places - 1];
  return {
    isKept: own.hasReachedTarget || last === undefined || compareEntries(own, last) <= 0,
    compared,
    places,
    threshold: last === undefined || last.hasReachedTarget ? null : last.validationLoss,
  };
}

/** Why a trial was given up, for a person. */
export function prunedReason(epoch: number, { validationLoss }: RungEntry, decision: RungDecision): string {
  const { compared, places, threshold } = decision;
  const own =
    validationLoss === null ? 'without a finite validation loss' : `at validation loss ${short(validationLoss)}`;
  const best = places === 1 ? 'best' : `best ${places}`;
  const bar = threshold === null ? 'had met the target' : `had ${short(threshold)} or less`;
  return `Given up after epoch ${epoch}: ${own}, while the ${best} of ${compared} trials ${bar}.`;
}

/** Best first. */
function compareEntries(a: RungEntry, b: RungEntry): number {
  if (a.hasReachedTarget || b.hasReachedTarget) return Number(b.hasReachedTarget) - Number(a.hasReachedTarget);
  const [x, y] = [a.validationLoss ?? Infinity, b.validationLoss ?? Infinity];
  return x < y ? -1 : x > y ? 1 : 0;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
