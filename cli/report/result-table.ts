import Table from 'cli-table3';
import type { GroupComparison, InitializerResult } from '../../core/comparison/comparison.ts';
import { metricText } from './numbers.ts';

/** Rows: networks; columns: initializers; in each field the median epochs to the target and the test metric. */
export function resultTable(comparisons: readonly GroupComparison[]): string {
  const initializers = [
    ...new Set(comparisons.flatMap(({ results }) => results.map(({ initializer }) => initializer))),
  ].sort();
  const table = new Table({ head: ['network', ...initializers], style: { head: [], border: [], compact: true } });
  for (const { title, results, metric } of comparisons) {
    table.push([
      title,
      ...initializers.map((initializer) => {
        const result = results.find((each) => each.initializer === initializer);
        return result ? field(result, metric) : '';
      }),
    ]);
  }
  return table.toString();
}

function field(result: InitializerResult, metric: GroupComparison['metric']): string {
  if (result.trials === 0) return result.failed > 0 ? 'failed' : '-';
  if (result.diverged === result.trials) return 'diverged';
  if (result.pruned === result.trials) return 'given up';
  const epochs = result.epochsText === '-' ? [] : [result.epochsText];
  return [...epochs, metricText(result.testMetric, metric)].join(' · ');
}
