import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLimits } from '../../core/sweep/limits.ts';
import { parseSweep } from '../../core/sweep/parse-sweep.ts';
import { createPlan } from '../../core/sweep/plan.ts';
import { findS3Server } from '../../infra/local/find-s3-server.ts';
import { findFreePort } from '../../infra/local/ports.ts';
import { startPostgres } from '../../infra/local/postgres.ts';
import { startS3Server } from '../../infra/local/s3-server.ts';
import type { CheckpointLocation } from '../../storage/checkpoints/checkpoint-location.ts';
import type { Fenced, SweepStore } from '../../storage/sweep-store.ts';
import { migrate } from '../../storage/migrate.ts';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import { watchMachineTime } from '../orchestration/machine-time.ts';

/**
 * What saving and reading a checkpoint costs in each place that it may be kept in: time until it is saved, and processor time of the worker's
 * side (this process), PostgreSQL and the S3 server, all on this machine with its own disk. Eight trials take turns, as in a worker, so each save
 * takes an older one away. Run with `npx tsx bench/micro/checkpoint-places.ts [saves] [KiB ...]`; Linux only.
 */
const [saves = 200, ...sizes] = process.argv.slice(2).map(Number);
const trialCount = 8;
const spec = parseSweep(
  {
    name: 'checkpoint-places',
    axes: { initializer: 'heNormal', activation: 'relu', depth: 2, width: 32, seed: { from: 1, count: trialCount } },
    training: { dataset: 'digits', epochs: 1, target: null },
  },
  defaultLimits,
);

const folder = await mkdtemp(join(tmpdir(), 'checkpoint-places-'));
await chmod(folder, 0o755); // as root, PostgreSQL runs as another user
const postgres = await startPostgres({ folder, cacheFolder: join(folder, 'cache'), port: 28_531, portTaken: 'next' });
const { path: binary } = await findS3Server({ onProgress: console.error });
const s3 = await startS3Server({ binary, folder: join(folder, 's3'), port: await findFreePort(28_631) });
const rows: Record<string, string | number>[] = [];
try {
  await migrate(postgres.url);
  Object.assign(process.env, s3.keys);
  await mkdir(s3.folderOf('checkpoints'));
  const bucket = { bucket: 'checkpoints', prefix: 'trials', endpoint: s3.endpoint, region: null };
  for (const sizeKiB of sizes.length > 0 ? sizes : [115, 5_632]) {
    await measure('database', { kind: 'database' }, sizeKiB);
    await measure('folder', { kind: 'directory', folder: join(folder, 'checkpoints') }, sizeKiB);
    await measure('bucket', { kind: 'bucket', ...bucket }, sizeKiB);
  }
} finally {
  await s3.stop();
  await postgres.stop();
  await rm(folder, { recursive: true });
}
console.table(rows);
console.log(`${saves} saves each; ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}`);

async function claim(store: SweepStore, sweepId: string, number: number): Promise<Fenced> {
  const answer = await store.claimTrial({
    sweepId,
    number,
    key: `${sweepId} ${number}`,
    config: createPlan(spec).decode(number).config,
    reuse: false,
    leaseMs: 600_000,
    provenance: {
      worker: 'bench',
      attempt: 1,
      backend: 'cpu',
      arithmetic: 'none',
      versions: {},
      workflowRunId: 'bench',
    },
  });
  if (answer.kind !== 'claimed') throw new Error(`expected a claim, got ${answer.kind}`);
  return answer;
}

async function measure(place: string, location: CheckpointLocation, sizeKiB: number): Promise<void> {
  const store = await openStore(postgres.url, location);
  const sweepId = `${place} ${sizeKiB}`;
  await store.openSweep({ id: sweepId, workflowId: sweepId, spec, trialCount });
  const trials = await Promise.all(Array.from({ length: trialCount }, (_, number) => claim(store, sweepId, number)));
  const bytes = randomBytes(1_024 * sizeKiB); // weights hardly compress
  const save = (step: number): Promise<void> => {
    const number = step % trialCount;
    return store.checkpoints.save(trials[number]!, {
      key: `${sweepId} ${number}`,
      epoch: 1,
      step,
      bytes,
    });
  };
  for (let step = 0; step < 2 * trialCount; step++) await save(step); // from here on each save takes one away
  const watch = await watchMachineTime({ worker: process.pid, postgres: postgres.pid, s3: s3.pid });
  const startedAt = performance.now();
  for (let step = 2 * trialCount; step < saves + 2 * trialCount; step++) await save(step);
  const savedMs = performance.now() - startedAt;
  const times = await watch.stop();
  const readingAt = performance.now();
  for (const [number, { trialId }] of trials.entries()) await store.checkpoints.latest(trialId, `${sweepId} ${number}`);
  const each = (ms: number, count: number): number => Number((ms / count).toFixed(1));
  rows.push({
    place,
    KiB: sizeKiB,
    'save, ms': each(savedMs, saves),
    'worker, CPU ms': each(1_000 * times['worker']!, saves),
    'PostgreSQL, CPU ms': each(1_000 * times['postgres']!, saves),
    'S3 server, CPU ms': each(1_000 * times['s3']!, saves),
    'read, ms': each(performance.now() - readingAt, trialCount),
  });
  await store.close();
}
