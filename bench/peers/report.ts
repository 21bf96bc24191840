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
      [median(row.deviations), Math.max(...row.deviations)].map(exponential).join(', '),
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

/** Our stacks over the others, by the clock and by processor time, which a busy machine disturbs less. */
export function describeRatios(results: readonly Result[]): string {
  const byClock = ratioTable(results, trialsPerSecond);
  const byProcessor = ratioTable(results, ({ trials, cpuSeconds }) => trials / median(cpuSeconds));
  return (
    `### Our stacks' trials/s over the others'\n\n${byClock}\n` +
    `### Our stacks' trials per second of processor time over the others'\n\n${byProcessor}`
  );
}

/** A row a work and number of cores. Every system is taken with the stack size, and the use of the cores, that suits it best. */
function ratioTable(results: readonly Result[], rateOf: (figures: Figures) => number): string {
  const rows = results.flatMap(({ work, figures }) =>
    (allCores > 1 ? [false, true] : [false]).map((all) => {
      const best = (system: string, isStacked: boolean): number => {
        const rates = figures
          .filter((row) => row.system === system && row.stack > 1 === isStacked && (row.cores !== oneCore) === all)
          .map(rateOf);
        return Math.max(...rates);
      };
      const own = best(ours, true);
      const over = (system: string, isStacked: boolean): string => {
        const ratio = own / best(system, isStacked);
        return Number.isFinite(ratio) && ratio > 0 ? ratio.toFixed(2) : '';
      };
      return [
        `${work.depth} x ${work.width}, ${work.optimizer.name}`,
        all ? 'all' : '1',
        Number.isFinite(own) ? digits(own * work.epochs * work.stepsPerEpoch) : '',
        over(ours, false),
        over('JAX', true),
        over('JAX', false),
        over('PyTorch', false),
        over('PyTorch', true),
        over('plain tfjs', false),
      ];
    }),
  );
  const columns = [
    'depth x width',
    'cores',
    'ours stacked, model-steps/s',
    '/ ours alone',
    '/ JAX vmap',
    '/ JAX alone',
    '/ PyTorch alone',
    '/ PyTorch stacked',
    '/ plain tfjs',
  ];
  return table(columns, rows);
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(columns) + line(columns.map(() => '---')) + rows.map(line).join('');
}

function exponential(value: number): string {
  return value === 0 ? '0' : value.toExponential(0);
}

/** Three significant digits, and no exponent; nothing below a thousandth. */
function digits(value: number): string {
  if (Math.abs(value) < 1e-3) return '0';
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
