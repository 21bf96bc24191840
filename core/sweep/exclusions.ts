import {
  activationLabel,
  datasetLabel,
  initializerLabel,
  networkLabel,
  normalizationLabel,
  optimizerLabel,
} from '../trial/labels.ts';
import { completeAxes, type Axes, type AxisName, type Exclusion } from './sweep-spec.ts';

/** For each axis, the label of each value as exclusions and tables name it: a text for named things, else the number itself. */
export function axisLabels(given: Axes): Record<AxisName, readonly (string | number)[]> {
  const axes = completeAxes(given);
  return {
    initializer: axes.initializer.map(initializerLabel),
    activation: axes.activation.map(activationLabel),
    network: axes.network.map(networkLabel),
    normalization: axes.normalization.map(normalizationLabel),
    depth: axes.depth,
    width: axes.width,
    learningRate: axes.learningRate,
    optimizer: axes.optimizer.map(optimizerLabel),
    batchSize: axes.batchSize,
    dataset: axes.dataset.map(datasetLabel),
    seed: axes.seed,
  };
}

/** Whether an exclusion leaves out every trial of this combination of values, given by their labels. */
export function excludesCombination(
  exclude: readonly Exclusion[],
  combination: Readonly<Partial<Record<AxisName, string | number>>>,
): boolean {
  return exclude.some((exclusion) =>
    Object.entries(exclusion).every(([axis, labels]) => {
      const label = combination[axis as AxisName];
      return label !== undefined && labels.includes(label);
    }),
  );
}

/** An exclusion by place: a box in the grid. `covers[axis][index]` says whether it holds for that value of that axis. */
export type ExcludedBox = readonly (readonly boolean[])[];

/** Turns exclusions into boxes; an axis that an exclusion does not name is covered whole. `order` gives the axes' places. */
export function excludedBoxes(axes: Axes, exclude: readonly Exclusion[], order: readonly AxisName[]): ExcludedBox[] {
  const labels = axisLabels(axes);
  return exclude.map((exclusion) =>
    order.map((axis) => {
      const named = exclusion[axis];
      return labels[axis].map((label) => named === undefined || named.includes(label));
    }),
  );
}

/**
 * Exact number of grid points outside of all boxes, without visiting the grid: axis by axis, values that the same boxes
 * cover are counted together.
 *
 * @param sizes values per axis
 */
export function countOutside(sizes: readonly number[], boxes: readonly ExcludedBox[]): number {
  const held = new Map<string, number>();

  const count = (axis: number, active: readonly number[]): number => {
    if (active.length === 0) return sizes.slice(axis).reduce((product, size) => product * size, 1);
    if (axis === sizes.length) return 0;
    const key = `${axis}:${active.join()}`;
    const known = held.get(key);
    if (known !== undefined) return known;

    const alike = new Map<string, { remaining: number[]; values: number }>();
    for (let value = 0; value < sizes[axis]!; value++) {
      const remaining = active.filter((box) => boxes[box]![axis]![value]);
      const group = alike.get(remaining.join()) ?? { remaining, values: 0 };
      group.values += 1;
      alike.set(remaining.join(), group);
    }
    let total = 0;
    for (const { remaining, values } of alike.values()) total += values * count(axis + 1, remaining);
    held.set(key, total);
    return total;
  };

  return count(0, [...boxes.keys()]);
}
