import type { Issue } from '../../errors.ts';
import { depthMismatch } from '../../networks/network.ts';
import { hasImages } from '../../trial/datasets.ts';
import { axisLabels, excludesCombination } from '../exclusions.ts';
import { issueAt } from '../mistakes/issues-of.ts';
import type { ReadAxes } from '../read-parts.ts';
import type { Axes, AxisName, Exclusion } from '../sweep-spec.ts';

/** What two axes cannot have together. */
interface Conflict<First extends AxisName, Second extends AxisName> {
  readonly axes: readonly [First, Second];
  /** Why not, as the end of a sentence about the first value, and what to do; null where they go together. */
  readonly reason: (first: Axes[First][number], second: Axes[Second][number]) => string | null;
}

/** Combinations of networks with other axes that could never be trained: each is told before any trial runs, unless it is excluded. */
export function checkNetworks(input: unknown, read: ReadAxes, axes: Axes, exclude: readonly Exclusion[]): Issue[] {
  const labels = axisLabels(axes);

  function issues<First extends AxisName, Second extends AxisName>({
    axes: [first, second],
    reason,
  }: Conflict<First, Second>): Issue[] {
    return axes[first].flatMap((one, i) =>
      axes[second].flatMap((other, j) => {
        const why = reason(one as Axes[First][number], other as Axes[Second][number]);
        const [label, otherLabel] = [labels[first][i]!, labels[second][j]!];
        if (why === null || excludesCombination(exclude, { [first]: label, [second]: otherLabel })) return [];
        const place = read[first].values[i] ?? read[second].values[j];
        return [issueAt(input, place?.path ?? ['axes', first], `${label} ${why}. Or exclude the combination.`)];
      }),
    );
  }

  const evenKernels = read.network.values.flatMap(({ path, value }) =>
    value.name === 'convolution' && value.kernelSize % 2 === 0
      ? [issueAt(input, [...path, 'kernelSize'], 'must be odd, so that a kernel has a centre')]
      : [],
  );

  return [
    ...evenKernels,
    ...issues({
      axes: ['initializer', 'network'],
      reason: (initializer, network) => {
        const only =
          initializer.name === 'deltaOrthogonal' ? 'convolution' : initializer.name === 'fixup' ? 'residual' : null;
        if (only === null || network.name === only) return null;
        return `is an initializer of ${only} networks only, not of ${network.name}: choose the network ${only}, or another initializer`;
      },
    }),
    ...issues({
      axes: ['network', 'dataset'],
      reason: (network, dataset) =>
        network.name !== 'convolution' || hasImages(dataset)
          ? null
          : `needs images, which ${dataset.name} does not hold: choose digits, mnist or an idx file, or another network`,
    }),
    ...issues({
      axes: ['network', 'depth'],
      reason: depthMismatch,
    }),
    ...issues({
      axes: ['normalization', 'batchSize'],
      reason: ({ name }, batchSize) =>
        name !== 'batch' || batchSize > 1
          ? null
          : 'normalization needs two examples or more in a batch, not 1: choose a larger batchSize',
    }),
  ];
}
