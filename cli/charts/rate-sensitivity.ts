import type { GroupComparison, InitializerResult } from '../../core/comparison/comparison.ts';
import { groupedBy } from '../../core/comparison/grouped-by.ts';
import { bestRate, type CellLabels } from '../../core/trial/labels.ts';
import { initializerLine, type LineChart } from './line-chart.ts';

type Group = Omit<CellLabels, 'initializer'>;

/**
 * How much each initializer's test metric depends on the learning rate: a chart for every network of a sweep with rates as an axis, a
 * line for every initializer, interquartile means over seeds with their 95 % intervals as bands. Networks with one rate have none.
 *
 * @param comparisons of a sweep at each rate apart, as `compareInitializers` gives them
 */
export function rateSensitivityCharts(comparisons: readonly GroupComparison[]): LineChart[] {
  const networks = groupedBy(comparisons, ({ group }) => JSON.stringify({ ...group, learningRate: null }));
  return [...networks.values()]
    .map((rates) => rates.filter(({ group }) => group.learningRate !== bestRate).toSorted(byRate))
    .filter((rates) => rates.length > 1)
    .map((rates) => {
      const { metric, title } = rates[0]!;
      const isAccuracy = metric === 'testAccuracy';
      const initializers = [
        ...new Set(rates.flatMap(({ results }) => results.map(({ initializer }) => initializer))),
      ].sort();
      return {
        title: title.replace(/ · rate [^ ]+/, ''),
        xLabel: 'learning rate',
        yLabel: isAccuracy ? 'test accuracy, %' : 'test loss',
        xScale: 'log',
        ...(isAccuracy ? { isPercent: true, yDomain: [0, 1] as const } : {}),
        lines: initializers.map((initializer) =>
          initializerLine(
            initializer,
            rates.map(({ group, results }) =>
              point(
                group,
                results.find((result) => result.initializer === initializer),
              ),
            ),
          ),
        ),
      };
    });
}

function byRate(a: GroupComparison, b: GroupComparison): number {
  return Number(a.group.learningRate) - Number(b.group.learningRate);
}

function point({ learningRate }: Group, result: InitializerResult | undefined) {
  const { low = null, high = null } = result?.testMetricInterval ?? {};
  return { x: Number(learningRate), y: result?.testMetric ?? null, low, high };
}
