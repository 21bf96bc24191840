import Table from 'cli-table3';
import type { GroupComparison, InitializerResult, Verdict } from '../../core/comparison/comparison.ts';
import { intervalText, metricText } from './numbers.ts';

/** The initializers of every network, best first, each network closed by what its trials allow to say. */
export function comparisonTable(comparisons: readonly GroupComparison[]): string {
  const metricName = comparisons[0]?.metric === 'testLoss' ? 'test loss' : 'test accuracy';
  const head = [
    '',
    'initializer',
    'n',
    'converged',
    'diverged',
    'epochs to target',
    `${metricName} (IQM)`,
    'P(first is better)',
  ];
  const table = new Table({
    head,
    style: { head: [], border: [], compact: true },
    colAligns: ['right', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const comparison of comparisons) {
    table.push([{ colSpan: head.length, content: comparison.title, hAlign: 'left' }]);
    comparison.results.forEach((result, position) => table.push(row(result, position, comparison)));
    table.push([{ colSpan: head.length, content: `  -> ${verdictText(comparison.verdict)}`, hAlign: 'left' }]);
  }
  return table.toString();
}

function row(result: InitializerResult, position: number, { metric }: GroupComparison): (string | number)[] {
  const { initializer, trials, failed, cancelled, converged, diverged, epochsText, beatenByFirst } = result;
  const lost = [...(failed > 0 ? [`${failed} failed`] : []), ...(cancelled > 0 ? [`${cancelled} cancelled`] : [])];
  return [
    position + 1,
    initializer,
    lost.length === 0 ? trials : `${trials} (${lost.join(', ')})`,
    converged,
    diverged,
    join(epochsText, intervalText(result.medianEpochsInterval, String)),
    join(
      metricText(result.testMetric, metric),
      intervalText(result.testMetricInterval, (value) => metricText(value, metric)),
    ),
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

export function verdictText(verdict: Verdict): string {
  if (verdict.kind === 'best') return `best: ${verdict.initializer} (${verdict.reason})`;
  return `undecided${verdict.among.length > 1 ? ` among ${verdict.among.join(', ')}` : ''}: ${verdict.reason}`;
}
