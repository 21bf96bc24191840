import { allCores, oneCore, ours } from './contenders.ts';
import type { Figures } from './measure.ts';
import type { Work } from './work.ts';

/** One work's figures. */
export interface Result {
  readonly work: Work;
  readonly figures: readonly Figures[];
  readonly absent: readonly string[];
  /** The machine's load averages over a minute, before and after. */
  readonly load: readonly [number, number];
}

/** The middle value; of an even number the mean of both. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

function trialsPerSecond({ trials, seconds }: Figures): number {
  return trials / median(seconds);
}

/** A work's heading and table, a row a contender. */
export function describeResult({ work, figures, absent, load }: Result): string {
  const { depth, width, optimizer, epochs, stepsPerEpoch } = work;
  const steps = epochs * stepsPerEpoch;
  const rows = figures.map((row) => {
    const rate = trialsPerSecond(row);
    const rates = row.seconds.map((seconds) => row.trials / seconds);
    return [
      row.system,
      row.cores,
      row.stack === 1 ? 'alone' : String(row.stack),
      digits(rate),
      `${digits(Math.min(...rates))} to ${digits(Math.max(...rates))}`,
      digits(rate * steps),
      row.cpuSeconds.length > 0 ? digits((1_000 * median(row.cpuSeconds)) / row.trials) : '',
      digits(row.startSeconds),
      digits(row.compileSeconds),
      memory(row, figures),
      `${median(row.deviations).toExponential(0)}, ${Math.max(...row.deviations).toExponential(0)}`,
    ];
  });
  const heading =
    `### Depth ${depth}, width ${width}, ${optimizer.name}\n\n` +
    `${steps} steps a trial (${epochs} epochs); load average ${load.map((value) => value.toFixed(1)).join(' to ')}.\n`;
  const missing = absent.map((reason) => `- not measured: ${reason}\n`).join('');
  const columns = [
    'system',
    'cores',
    'stack',
    'trials/s',
    'range',
    'model-steps/s',
    'CPU ms per trial',
    'start s',
    'compile s',
    'peak MB',
    'loss deviation, median and worst trial',
  ];
  return `${heading}\n${table(columns, rows)}${missing === '' ? '' : `\n${missing}`}`;
}

/** Peak, and from the smallest to the largest stack what one trial more costs. */
function memory(row: Figures, figures: readonly Figures[]): string {
  if (row.peakMegabytes === null) return '';
  const family = figures.filter(
    ({ system, cores, stack }) => system === row.system && cores === row.cores && stack > 1,
  );
  const [first] = family;
  const last = family.at(-1);
  const peak = digits(row.peakMegabytes);
  if (last !== row || !first || first === last || first.peakMegabytes === null) return peak;
  const perTrial = (row.peakMegabytes - first.peakMegabytes) / (row.stack - first.stack);
  return `${peak} (${perTrial.toFixed(2)} a trial)`;
}

/** The ratios that issue 4 asks for, a row a work. Stacks are taken at the size that suits each system best. */
export function describeRatios(results: readonly Result[]): string {
  const rows = results.flatMap(({ work, figures }) =>
    [false, true].flatMap((all) => {
      if (all && allCores === 1) return [];
      const best = (system: string, stacked: boolean | null): number | null => {
        const rates = figures
          .filter((row) => row.system === system && (row.cores !== oneCore) === all)
          .filter((row) => stacked === null || row.stack > 1 === stacked)
          .map(trialsPerSecond);
        return rates.length > 0 ? Math.max(...rates) : null;
      };
      const own = best(ours, true);
      if (own === null) return [];
      const over = (other: number | null): string => (other === null ? '' : (own / other).toFixed(2));
      return [
        [
          work.optimizer.name,
          String(work.depth),
          String(work.width),
          all ? 'all' : '1',
          digits(own * work.epochs * work.stepsPerEpoch),
          over(best(ours, false)),
          over(best('JAX', true)),
          over(best('JAX', false)),
          over(best('PyTorch', false)),
          over(best('PyTorch', true)),
          over(best('plain tfjs', null)),
        ],
      ];
    }),
  );
  const columns = [
    'optimizer',
    'depth',
    'width',
    'cores',
    'ours stacked, model-steps/s',
    '/ ours alone',
    '/ JAX vmap',
    '/ JAX alone',
    '/ PyTorch alone',
    '/ PyTorch stacked',
    '/ plain tfjs',
  ];
  return `### Ratios: our stacks' trials/s over the others'\n\n${table(columns, rows)}`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(columns) + line(columns.map(() => '---')) + rows.map(line).join('');
}

/** Three significant digits, and no exponent. */
function digits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
