import { heatmap } from '../../charts/heatmap.ts';
import type { GroupComparison, InitializerResult } from '../../../core/comparison/comparison.ts';
import { metricText } from '../numbers.ts';

/** Networks by initializers: median epochs to the target where there is one, and the test metric. */
export function sweepHeatmaps(comparisons: readonly GroupComparison[]): string[] {
  const rows = comparisons.map(({ title }) => title);
  const columns = [
    ...new Set(comparisons.flatMap(({ results }) => results.map(({ initializer }) => initializer))),
  ].sort();
  const metric = comparisons[0]?.metric ?? 'testAccuracy';
  const cellsOf = (
    valueOf: (result: InitializerResult) => number | null,
    textOf: (result: InitializerResult) => string,
  ) =>
    comparisons.flatMap(({ title, results }) =>
      results.map((result) => ({
        row: title,
        column: result.initializer,
        value: valueOf(result),
        text: result.trials === 0 ? 'failed' : textOf(result),
      })),
    );
  const epochs = cellsOf(
    ({ medianEpochsToTarget }) => medianEpochsToTarget,
    ({ epochsText }) => epochsText,
  );
  const metrics = cellsOf(
    ({ testMetric }) => testMetric,
    ({ testMetric }) => metricText(testMetric, metric),
  );
  const spans = (cells: readonly { readonly value: number | null }[]) => {
    const values = cells.flatMap(({ value }) => value ?? []);
    return [Math.min(...values), Math.max(...values)] as const;
  };
  const lessIsBetter = (cells: typeof epochs) => spans(cells).toReversed() as unknown as readonly [number, number];
  const hasTarget = epochs.some(({ text }) => text !== '-' && text !== 'failed');
  return [
    ...(hasTarget
      ? [heatmap({ title: 'median epochs to the target', rows, columns, cells: epochs, domain: lessIsBetter(epochs) })]
      : []),
    heatmap({
      title: metric === 'testAccuracy' ? 'test accuracy, interquartile mean' : 'test loss, interquartile mean',
      rows,
      columns,
      cells: metrics,
      ...(metric === 'testAccuracy' ? {} : { domain: lessIsBetter(metrics) }),
    }),
  ];
}
