/**
 * What a trial costs in a small and in a huge sweep, through the real server, with trials that train nothing; docs/scale.md says what it shows.
 * `npm run bench:scale -- [--sizes 1000,10000,100000] [--concurrency 256] [--picture FILE]`: Markdown on standard output. Linux only.
 */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { BugError } from '../../core/errors.ts';
import { progressQuery } from '../../workflows/messages.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { watchMachineTime } from '../orchestration/machine-time.ts';
import { type OwnStack, startOwnStack } from '../orchestration/own-stack.ts';
import { withPostgres } from '../orchestration/with-postgres.ts';
import { describe, picture, type Sample, type ScaleRun } from './report.ts';

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000' },
    concurrency: { type: 'string', default: '256' },
    picture: { type: 'string' },
  },
});
const sizes = options.sizes.split(',').map(Number);
const concurrency = Number(options.concurrency);
const lookMs = 2_000;
/** Trials that the one training worker takes at once; the others wait in the server's queue. */
const mostPlaces = 256;
const trainingWorker = fileURLToPath(new URL('training-worker.ts', import.meta.url));
const progress = (message: string): void => void process.stderr.write(`${message}\n`);

/** 1,000 cells or fewer: seeds are what a large sweep has more of. */
function sweepFile(trials: number): object {
  const cells = Math.min(1_000, trials / 10);
  const perAxis = { initializer: 10, activation: 5, depth: cells / 50 };
  return {
    name: `scale-${trials}`,
    axes: {
      initializer: [
        'heNormal',
        'heUniform',
        'glorotNormal',
        'glorotUniform',
        'lecunNormal',
        'lecunUniform',
        'orthogonal',
        { name: 'normal', sd: 0.01 },
        { name: 'normal', sd: 1 },
        'zeros',
      ].slice(0, perAxis.initializer),
      activation: ['relu', 'tanh', 'sigmoid', 'gelu', 'selu'].slice(0, perAxis.activation),
      depth: Array.from({ length: perAxis.depth }, (_, index) => index + 1),
      seed: { from: 1, count: trials / cells },
    },
    training: { dataset: 'digits', width: 32, epochs: 5 },
    run: { concurrency },
  };
}

async function memoryMb(pid: number): Promise<number> {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new BugError('a process says nothing of its memory', { pid });
  return Number(kilobytes) / 1_024;
}

/** Runs one sweep on a stack of its own, looking at it all the while. */
async function measure(trials: number, stack: OwnStack, database: pg.Client, folder: string): Promise<ScaleRun> {
  const { client, parts } = stack;
  const machineTime = await watchMachineTime(parts);
  const started = performance.now();
  const handle = await client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId: 'scale',
    args: [sweepFile(trials)],
  });
  let isOver = false;
  const result = handle.result().finally(() => (isOver = true));
  const samples: Sample[] = [];
  for (let isLast = false; !isLast;) {
    await Promise.race([sleep(lookMs), result]);
    isLast = isOver;
    const { done } = await handle.query(progressQuery);
    samples.push({
      done,
      seconds: (performance.now() - started) / 1_000,
      machineSeconds: await machineTime.read(),
      controlMb: await memoryMb(parts.control),
      trainingMb: await memoryMb(parts.training),
      temporalMb: await memoryMb(parts.Temporal),
    });
    if (samples.length % 15 === 0 || isLast) progress(`  ${done} of ${trials} trials`);
  }
  await machineTime.stop();
  const { states } = await result;
  const { rows } = await database.query<{ trials: number; bytes: string }>(
    'SELECT count(*)::int AS trials, pg_database_size(current_database()) AS bytes FROM trial',
  );
  const stored = rows[0]!;
  if (stored.trials !== trials || states.failed > 0) {
    throw new BugError('what is stored is not what was run', { trials, stored, states });
  }
  return {
    trials,
    concurrency,
    samples,
    histories: await histories(stack, handle.firstExecutionRunId),
    databaseMb: Number(stored.bytes) / 2 ** 20,
    temporalMb: (await stat(join(folder, 'temporal.db'))).size / 2 ** 20,
    loadAverage: loadavg()[0]!,
  };
}

/** Events and bytes of every execution: the sweep, and each run of its shards. */
async function histories({ client }: OwnStack, sweepRunId: string): Promise<ScaleRun['histories']> {
  const found: { isSweep: boolean; events: number; bytes: number }[] = [];
  for await (const { runId, workflowId } of client.workflow.list()) {
    const { historyLength, historySize } = await client.workflow.getHandle(workflowId, runId).describe();
    found.push({ isSweep: runId === sweepRunId, events: historyLength, bytes: historySize ?? 0 });
  }
  const sweeps = found.filter(({ isSweep }) => isSweep);
  const shards = found.filter(({ isSweep }) => !isSweep);
  const largest = (of: typeof found) => ({
    runs: of.length,
    events: Math.max(...of.map(({ events }) => events)),
    bytes: Math.max(...of.map(({ bytes }) => bytes)),
  });
  return { sweep: largest(sweeps), shards: largest(shards) };
}

const runs: ScaleRun[] = [];
await withPostgres(async (newPlace) => {
  for (const trials of sizes) {
    progress(`${trials} trials`);
    const place = await newPlace(`scale_${trials}`);
    const stack = await startOwnStack(
      [trainingWorker, String(Math.min(concurrency, mostPlaces))],
      { SWEEP_MAX_TRIALS: String(trials), SWEEP_MAX_AXIS_VALUES: String(trials) },
      { ...place, profileFolder: null, onProgress: progress },
    );
    const database = new pg.Client(place.databaseUrl);
    await database.connect();
    try {
      runs.push(await measure(trials, stack, database, place.folder));
    } finally {
      await database.end();
      await stack.close();
    }
    progress(describe(runs));
  }
});
const processor = `${cpus()[0]?.model ?? process.arch}, ${cpus().length} cores`;
console.log(`${processor}; Node ${process.versions.node}.\n\n${describe(runs)}`);
if (options.picture !== undefined) await writeFile(options.picture, picture(runs));
