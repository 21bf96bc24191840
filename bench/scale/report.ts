import { lineChart, type ChartLine } from '../../cli/charts/line-chart.ts';

/** A look at a sweep on its way. */
export interface Sample {
  /** Trials that had ended, as far as the sweep had heard. */
  readonly done: number;
  /** Since the sweep was started. */
  readonly seconds: number;
  /** Part of the system -> processor time so far, s. */
  readonly machineSeconds: Readonly<Record<string, number>>;
  /** Resident memory of the processes. */
  readonly controlMb: number;
  readonly trainingMb: number;
  readonly temporalMb: number;
}

interface LargestHistory {
  readonly runs: number;
  readonly events: number;
  readonly bytes: number;
}

export interface ScaleRun {
  readonly trials: number;
  readonly concurrency: number;
  /** The last one is from after the end. */
  readonly samples: readonly Sample[];
  readonly histories: { readonly sweep: LargestHistory; readonly shards: LargestHistory };
  /** Of our database, and of Temporal's file, at the end. */
  readonly databaseMb: number;
  readonly temporalMb: number;
  /** Of the machine over the last minute. */
  readonly loadAverage: number;
}

/** A stretch of a sweep's trials. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  /** Processor time per trial, by part and in all, ms. */
  readonly parts: Readonly<Record<string, number>>;
  readonly machineMs: number;
  readonly wallMs: number;
  readonly end: Sample;
}

/** Temporal's limits on one execution's history. */
const eventLimit = 51_200;
const byteLimit = 50 * 2 ** 20;
const stretches = 10;

/** Two tables: the sweeps beside each other, and the largest by tenths of its trials. */
export function describe(runs: readonly ScaleRun[]): string {
  const sweeps = runs.map((run) => {
    const { trials, samples, histories } = run;
    const { machineMs, parts } = between(undefined, samples.at(-1)!);
    const lastTrial = samples.find(({ done }) => done === trials)!;
    const most = (of: (sample: Sample) => number): string => Math.max(...samples.map(of)).toFixed(0);
    const share = (value: number, limit: number): string => `${((100 * value) / limit).toFixed(1)} %`;
    const longest = Math.max(histories.sweep.events, histories.shards.events);
    const heaviest = Math.max(histories.sweep.bytes, histories.shards.bytes);
    return [
      trials.toLocaleString('en'),
      machineMs.toFixed(1),
      partsText(parts),
      samples.at(-1)!.seconds.toFixed(0),
      (samples.at(-1)!.seconds - lastTrial.seconds).toFixed(0),
      `${histories.sweep.events}, ${histories.shards.events} (${histories.shards.runs} runs)`,
      `${share(longest, eventLimit)}, ${share(heaviest, byteLimit)}`,
      [most((sample) => sample.controlMb), most((sample) => sample.trainingMb), most((sample) => sample.temporalMb)].join(', '), // prettier-ignore
      `${run.databaseMb.toFixed(0)}, ${run.temporalMb.toFixed(0)}`,
      run.loadAverage.toFixed(1),
    ];
  });
  const largest = runs.at(-1);
  const tenths = (largest === undefined ? [] : stretchesOf(largest)).map(
    ({ from, to, machineMs, parts, wallMs, end }) => [
      `${from.toLocaleString('en')} to ${to.toLocaleString('en')}`,
      machineMs.toFixed(1),
      partsText(parts),
      wallMs.toFixed(1),
      [end.controlMb, end.trainingMb, end.temporalMb].map((mb) => mb.toFixed(0)).join(', '),
    ],
  );
  return [
    table(
      ['trials', 'machine ms per trial', 'of it', 'wall s', 'of it after the last trial', 'events of the sweep, of its longest shard', 'largest of the limits: events, bytes', 'most MB of control, training, Temporal', 'MB stored: results, Temporal', 'load average'], // prettier-ignore
      sweeps,
    ),
    table(['trials of the largest', 'machine ms per trial', 'of it', 'wall ms per trial', 'MB of control, training, Temporal'], tenths), // prettier-ignore
  ].join('\n');
}

/** What a trial costs and how much memory the control worker has, over the trials done, a line a sweep: an SVG. */
export function picture(runs: readonly ScaleRun[]): string {
  const colours = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00'];
  const lines = runs.map((run, index): ChartLine => ({
    label: `${run.trials.toLocaleString('en')} trials`,
    colour: colours[index % colours.length]!,
    dash: null,
    points: stretchesOf(run).map(({ to, machineMs }) => ({ x: to, y: machineMs })),
  }));
  return lineChart({
    title: 'Machine time per trial, by how many had ended',
    xLabel: 'trials that had ended',
    yLabel: 'processor time per trial, ms',
    xScale: 'log',
    yDomain: [0, 1.5 * Math.max(...lines.flatMap(({ points }) => points.map(({ y }) => y ?? 0)))],
    lines,
  });
}

/** Tenths of the sweep, as well as the samples tell them apart; judging, after the last trial, is in none. */
function stretchesOf({ trials, samples }: ScaleRun): Stretch[] {
  const marks = Array.from({ length: stretches }, (_, index) => ((index + 1) * trials) / stretches);
  const ends = [...new Set(marks.map((mark) => samples.find(({ done }) => done >= mark)!))];
  return ends.map((end, index) => between(ends[index - 1], end)).filter(({ from, to }) => to > from);
}

function between(start: Sample | undefined, end: Sample): Stretch {
  const from = start?.done ?? 0;
  const trials = end.done - from;
  const parts = Object.fromEntries(
    Object.entries(end.machineSeconds).map(([part, seconds]) => [
      part,
      (1_000 * (seconds - (start?.machineSeconds[part] ?? 0))) / trials,
    ]),
  );
  return {
    from,
    to: end.done,
    parts,
    machineMs: Object.values(parts).reduce((sum, ms) => sum + ms, 0),
    wallMs: (1_000 * (end.seconds - (start?.seconds ?? 0))) / trials,
    end,
  };
}

function partsText(parts: Readonly<Record<string, number>>): string {
  return Object.entries(parts)
    .map(([part, ms]) => `${part} ${ms.toFixed(1)}`)
    .join(', ');
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return `${line(columns)}${line(columns.map(() => '---'))}${rows.map(line).join('')}`;
}
