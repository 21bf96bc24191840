import Table from 'cli-table3';
import type { GroupComparison, InitializerResult } from '../../core/comparison/comparison.ts';
import { intervalText, listText, metricText } from './numbers.ts';

/** The initializers of every network, best first, each network closed by what its trials allow to say. */
export function comparisonTable(comparisons: readonly GroupComparison[]): string {
  const metricName = comparisons[0]?.metric === 'testLoss' ? 'test loss' : 'test accuracy, %';
  const head = ['', 'initializer', 'n', 'conv.', 'div.', 'epochs to target', metricName, '1 is better'];
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: ['right', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const comparison of comparisons) {
    table.push([{ colSpan: head.length, content: comparison.title, hAlign: 'left' }]);
    comparison.results.forEach((result, position) => table.push(row(result, position, comparison)));
    table.push([{ colSpan: head.length, content: `  -> ${verdictText(comparison)}`, hAlign: 'left' }]);
  }
  return table.toString();
}

function row(result: InitializerResult, position: number, { metric }: GroupComparison): (string | number)[] {
  const { initializer, trials, pruned, failed, cancelled, converged, diverged, epochsText, beatenByFirst } = result;
  const numberOf = (value: number | null): string => metricText(value, metric).replace(' %', '');
  const lost = Object.entries({ pruned, failed, cancelled })
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  return [
    position + 1,
    initializer,
    lost.length === 0 ? trials : `${trials} (${lost.join(', ')})`,
    converged,
    diverged,
    join(epochsText, intervalText(result.medianEpochsInterval, String)),
    join(numberOf(result.testMetric), intervalText(result.testMetricInterval, numberOf)),
    beatenByFirst === null
      ? ''
      : join(
          beatenByFirst.probability.toFixed(2),
          intervalText(beatenByFirst.interval, (value) => value.toFixed(2)),
        ),
  ];
}

function join(...parts: readonly string[]): string {
  return parts.filter(Boolean).join(' ');
}

/** Those that are not told apart are named by their places in the table. */
function verdictText({ verdict, results }: GroupComparison): string {
  if (verdict.kind === 'best') return `best: ${verdict.initializer}, ${verdict.reason}`;
  const places = verdict.among.map((name) => String(results.findIndex(({ initializer }) => initializer === name) + 1));
  return `undecided${places.length > 1 ? ` among ${listText(places)}` : ''}: ${verdict.reason}`;
}
