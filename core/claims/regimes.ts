import type { Activation } from '../activations/activation.ts';
import { hasResult } from '../comparison/score-trials.ts';
import type { Initializer } from '../initializers/initializer.ts';
import type { NetworkBuild } from '../networks/network.ts';
import { parseActivation, parseInitializer, parseNetwork, parseNormalization } from '../sweep/parse-choice.ts';
import { bestRate, cellParts, type CellLabels, networkAxes } from '../trial/labels.ts';
import type { ClaimInput, ClaimTrial } from './claim.ts';

/** One initializer's trials in a regime, those with a result. */
export interface Cell {
  readonly label: string;
  readonly initializer: Initializer;
  readonly trials: readonly ClaimTrial[];
  /** Different seeds among them. */
  readonly seeds: number;
}

/** Of the trials of these cells, how many were given up early. */
export function prunedIn(cells: readonly Cell[]): number {
  return cells.reduce((sum, { trials }) => sum + trials.filter(({ state }) => state === 'pruned').length, 0);
}

/** Cells that differ in nothing but the initializer: they share every other axis and the budget. */
export interface Regime extends NetworkBuild {
  readonly title: string;
  /** The axes that vary, beside activation and depth, in words; `same for all` without any. */
  readonly setting: string;
  readonly activation: Activation;
  readonly depth: number;
  readonly width: number;
  readonly cells: readonly Cell[];
}

const axes = [...networkAxes, 'epochBudget'] as const;

/** Sorts the trials into regimes and cells, in an order that does not depend on theirs. Failed and cancelled trials say nothing. */
export function regimesOf({ trials }: ClaimInput): Regime[] {
  const told = trials.filter(hasResult);
  const varying = new Set<string>(axes.filter((axis) => new Set(told.map((trial) => trial[axis])).size > 1));
  if (told.some(({ learningRate }) => learningRate === bestRate)) varying.add('learningRate');
  const isShown = (axis: keyof CellLabels) => axis === 'activation' || axis === 'depth' || varying.has(axis);
  return [...groupBy(told, (trial) => JSON.stringify(axes.map((axis) => trial[axis])))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => {
      const first = members[0]!;
      const budget = varying.has('epochBudget') ? [`${first.epochBudget} epochs`] : [];
      const others = [
        ...cellParts(first, (axis) => varying.has(axis) && axis !== 'activation' && axis !== 'depth'),
        ...budget,
      ];
      return {
        title: [...cellParts(first, (axis) => axis !== 'initializer' && isShown(axis)), ...budget].join(' · '),
        setting: others.join(', ') || 'same for all',
        activation: parseActivation(first.activation),
        network: parseNetwork(first.network),
        normalization: parseNormalization(first.normalization),
        depth: first.depth,
        width: first.width,
        cells: [...groupBy(members, ({ initializer }) => initializer)]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([label, own]) => ({
            label,
            initializer: parseInitializer(label),
            trials: own,
            seeds: new Set(own.map(({ seed }) => seed)).size,
          })),
      };
    });
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const members = groups.get(keyOf(item));
    if (members === undefined) groups.set(keyOf(item), [item]);
    else members.push(item);
  }
  return groups;
}
