import type { Load } from './load.ts';
import { idealSeconds } from './load.ts';

export interface Measurement {
  readonly system: string;
  readonly load: Load;
  readonly wallSeconds: number;
  /** Part of the system -> processor time, s. */
  readonly machineSeconds: Readonly<Record<string, number>>;
  readonly stored: string;
  readonly afterKill: string;
  /** The machine's load averages over a minute, before and after. */
  readonly averages: readonly [number, number];
}

/** One table, a row a system; in the order in which they ran. */
export function describe(measurements: readonly Measurement[], absent: readonly string[]): string {
  const columns = [
    'system',
    'at once',
    'machine ms per trial',
    'of it',
    'wall s',
    'over ideal',
    'stored per trial',
    'trials whose process is killed',
    'load average',
  ];
  const rows = measurements.map(({ system, wallSeconds, machineSeconds, stored, afterKill, load, averages }) => {
    const perTrial = (seconds: number): string => ((1_000 * seconds) / load.trials).toFixed(1);
    const parts = Object.entries(machineSeconds);
    return [
      system,
      String(load.concurrency),
      perTrial(parts.reduce((sum, [, seconds]) => sum + seconds, 0)),
      parts.map(([part, seconds]) => `${part} ${perTrial(seconds)}`).join(', '),
      wallSeconds.toFixed(1),
      `${(wallSeconds / idealSeconds(load)).toFixed(2)}x`,
      stored,
      afterKill,
      averages.map((value) => value.toFixed(1)).join(' to '),
    ];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const missing = absent.map((reason) => `- not measured: ${reason}\n`).join('');
  return `${line(columns)}${line(columns.map(() => '---'))}${rows.map(line).join('')}${missing && `\n${missing}`}`;
}
