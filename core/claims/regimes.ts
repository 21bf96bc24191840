import type { Activation } from '../activations/activation.ts';
import { hasResult } from '../comparison/score-trials.ts';
import type { Initializer } from '../initializers/initializer.ts';
import { parseActivation, parseInitializer } from '../sweep/parse-choice.ts';
import { bestRate, cellParts, type CellLabels } from '../trial/labels.ts';
import type { ClaimInput, ClaimLayer, ClaimTrial } from './claim.ts';

/** One initializer's trials in a regime, those with a result. */
export interface Cell {
  readonly label: string;
  readonly initializer: Initializer;
  readonly trials: readonly ClaimTrial[];
  /** Different seeds among them. */
  readonly seeds: number;
}

/** Cells that differ in nothing but the initializer: they share every other axis and the budget. */
export interface Regime {
  readonly title: string;
  readonly activation: Activation;
  readonly depth: number;
  readonly width: number;
  readonly cells: readonly Cell[];
  readonly layersOf: (trial: ClaimTrial) => readonly ClaimLayer[];
}

const axes = [
  'activation',
  'depth',
  'width',
  'learningRate',
  'optimizer',
  'batchSize',
  'dataset',
  'epochBudget',
] as const;

/** Sorts the trials into regimes and cells, in an order that does not depend on theirs. Failed and cancelled trials say nothing. */
export function regimesOf({ trials, layers }: ClaimInput): Regime[] {
  const told = trials.filter(hasResult);
  const layersByTrial = groupBy(layers, ({ trialId }) => trialId);
  const varying = new Set<string>(axes.filter((axis) => new Set(told.map((trial) => trial[axis])).size > 1));
  if (told.some(({ learningRate }) => learningRate === bestRate)) varying.add('learningRate');
  const isShown = (axis: keyof CellLabels) => axis === 'activation' || axis === 'depth' || varying.has(axis);
  return [...groupBy(told, (trial) => JSON.stringify(axes.map((axis) => trial[axis])))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => {
      const first = members[0]!;
      const budget = varying.has('epochBudget') ? [`${first.epochBudget} epochs`] : [];
      return {
        title: [...cellParts(first, (axis) => axis !== 'initializer' && isShown(axis)), ...budget].join(' · '),
        activation: parseActivation(first.activation),
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
        layersOf: (trial) => layersByTrial.get(trial.trialId) ?? [],
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
