/**
 * What orchestration costs: our sweeps beside Ray Tune and Optuna, on trials that sleep; docs/performance-orchestration.md says how and what it shows.
 * `npx tsx bench/orchestration/compare.ts [--quick] [--trials N] [--concurrency N] [--only SYSTEM] [--profile FOLDER]`: Markdown on standard output.
 */
import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MachineError } from '../../core/errors.ts';
import type { ContenderKind, Surroundings } from './contender.ts';
import { kinds } from './contenders.ts';
import type { Load } from './load.ts';
import { watchMachineTime } from './machine-time.ts';
import { describe, type Measurement } from './report.ts';
import { withPostgres } from './with-postgres.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    trials: { type: 'string' },
    concurrency: { type: 'string', default: '64' },
    profile: { type: 'string' },
    only: { type: 'string', multiple: true },
  },
});
const wanted: Load = {
  trials: Number(options.trials ?? (options.quick ? 50 : 1_000)),
  concurrency: Number(options.concurrency),
  epochs: 5,
};
const progress = (message: string): void => void process.stderr.write(`${message}\n`);

/** Starts the system, runs the load once, and says what the run alone took. */
async function measure(kind: ContenderKind, surroundings: Surroundings): Promise<Measurement> {
  const load = { ...wanted, concurrency: Math.min(wanted.concurrency, kind.atMost ?? wanted.concurrency) };
  const contender = await kind.start(load, surroundings);
  try {
    const averageBefore = loadavg()[0]!;
    const machineTime = await watchMachineTime(contender.parts);
    const started = performance.now();
    await contender.run();
    const wallSeconds = (performance.now() - started) / 1_000;
    const machineSeconds = await machineTime.stop();
    return {
      system: kind.system,
      wallSeconds,
      machineSeconds,
      stored: await contender.stored(),
      afterKill: kind.afterKill,
      load,
      averages: [averageBefore, loadavg()[0]!],
    };
  } finally {
    await contender.close();
  }
}

const measurements: Measurement[] = [];
const absent: string[] = [];
await withPostgres(async (newPlace) => {
  for (const [index, kind] of kinds.entries()) {
    if (options.only && !options.only.includes(kind.system)) continue;
    progress(`${kind.system}: ${wanted.trials} trials`);
    const surroundings = {
      ...(await newPlace(`contender_${index}`)),
      profileFolder: options.profile ? resolve(options.profile) : null,
      onProgress: progress,
    };
    try {
      measurements.push(await measure(kind, surroundings));
      progress(describe(measurements.slice(-1), []));
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      absent.push(`${kind.system}: ${error.message}`);
    }
  }
});
const processor = `${cpus()[0]?.model ?? process.arch}, ${cpus().length} cores`;
console.log(
  `${wanted.trials} trials of 1 s, ${wanted.epochs + 1} reports each. ${processor}; Node ${process.versions.node}.\n\n${describe(measurements, absent)}`,
);
