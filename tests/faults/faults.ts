import { setTimeout as sleep } from 'node:timers/promises';
import { BugError } from '../../core/errors.ts';
import type { randomStream } from '../../core/random/random-stream.ts';
import { isAlive } from '../../infra/local/processes.ts';
import { trainersOf, type Cluster, type TrainingWorker, until } from './cluster.ts';

type Random = ReturnType<typeof randomStream>;

/** Does its harm and answers how one saw that it was done. Throws when it cannot be seen. */
export type Fault = (cluster: Cluster, random: Random) => Promise<string>;

const longestWaitMs = 180_000;

export const faultNames = [
  'kill -9 of a training worker',
  'kill -9 of a trainer process',
  'SIGTERM in mid-trial',
  'zombie: stopped past its timeout, then let go on',
  'bit of the newest checkpoint flipped',
  'newest checkpoint torn',
  'Temporal killed and started again',
  'database down',
] as const;
export type FaultName = (typeof faultNames)[number];

export const faults: Readonly<Record<FaultName, Fault>> = {
  async 'kill -9 of a training worker'(cluster, random) {
    const worker = await busyWorker(cluster, random);
    const trials = await trialsOf(cluster, worker);
    await kill(cluster, worker);
    return `${trials.length} trials in it`;
  },

  async 'kill -9 of a trainer process'(cluster, random) {
    let trainers: number[] = [];
    while (trainers.length === 0) trainers = await trainersOf((await busyWorker(cluster, random)).pid);
    const trainer = trainers[random.integer(trainers.length)]!;
    process.kill(trainer, 'SIGKILL');
    await until(() => Promise.resolve(!isAlive(trainer)), 'the trainer process is gone', 5_000);
    return 'it was gone, the worker lived';
  },

  async 'SIGTERM in mid-trial'(cluster, random) {
    const worker = await busyWorker(cluster, random);
    const trials = await trialsOf(cluster, worker);
    const askedAt = performance.now();
    worker.isReady = false;
    worker.isMeantToEnd = true;
    worker.child.kill('SIGTERM');
    const how = await worker.ended;
    const seconds = (performance.now() - askedAt) / 1_000;
    if (how !== 0 || seconds > 30) throw new BugError('a worker did not stop as asked', { how, seconds });
    cluster.startTrainingWorker();
    return `${trials.length} trials in it; out after ${seconds.toFixed(0)} s`;
  },

  async 'zombie: stopped past its timeout, then let go on'(cluster, random) {
    const worker = await busyWorker(cluster, random);
    const processes = [worker.pid, ...(await trainersOf(worker.pid))];
    worker.isReady = false;
    for (const pid of processes) process.kill(pid, 'SIGSTOP');
    const held = await trialsOf(cluster, worker);
    const others = async () =>
      cluster.query<{ written: string }>(
        `SELECT t.id || ' ' || t.xmin || ' ' || (SELECT coalesce(max(e.xmin::text::bigint), 0) FROM epoch e WHERE e.trial_id = t.id) AS written
         FROM trial t WHERE t.id = ANY($1::bigint[]) AND t.state <> 'running' AND t.worker NOT LIKE $2 ORDER BY t.id`,
        [held.map(({ id }) => id), `${worker.pid}@%`],
      );
    await until(
      async () => (await others()).length > 0,
      'others have ended a trial of the stopped worker',
      longestWaitMs,
    );
    const before = await others();
    for (const pid of processes) process.kill(pid, 'SIGCONT');
    await sleep(5_000);
    const after = new Set((await others()).map(({ written }) => written));
    const touched = before.filter(({ written }) => !after.has(written));
    if (touched.length > 0) throw new BugError('a zombie wrote', { touched });
    worker.isReady = true;
    return `${held.length} trials in it, ${before.length} ended by others meanwhile; 0 stale writes`;
  },

  'bit of the newest checkpoint flipped': (cluster, random) =>
    damage(cluster, random, 'set_byte(bytes, length(bytes) / 2, get_byte(bytes, length(bytes) / 2) # 1)'),

  'newest checkpoint torn': (cluster, random) =>
    damage(cluster, random, 'substring(bytes FROM 1 FOR length(bytes) / 2)'),

  async 'Temporal killed and started again'(cluster) {
    const before = cluster.temporalPid;
    await cluster.restartTemporal(awayMs);
    if (isAlive(before)) throw new BugError('Temporal was not away', { before });
    return `away for ${awayMs / 1_000} s`;
  },

  async 'database down'(cluster) {
    const restarting = cluster.restartDatabase(awayMs);
    await sleep(awayMs / 2);
    if (await cluster.databaseAnswers()) throw new BugError('the database was not away');
    await restarting;
    return `refused connections, for ${awayMs / 1_000} s`;
  },
};

/** Of a server. */
const awayMs = 30_000;

/** Of a stopped worker: so it saves no newer one in between. The next attempt must refuse it; see `refusedCheckpoints`. */
async function damage(cluster: Cluster, random: Random, how: string): Promise<string> {
  for (;;) {
    const worker = await busyWorker(cluster, random);
    worker.child.kill('SIGSTOP');
    const rows = await cluster.query<{ step: string }>(
      `UPDATE checkpoint SET bytes = ${how}
       WHERE (trial_id, fence, step) IN (
         SELECT DISTINCT ON (c.trial_id) c.trial_id, c.fence, c.step FROM checkpoint c JOIN trial t ON t.id = c.trial_id
         WHERE t.state = 'running' AND t.worker LIKE $1 ORDER BY c.trial_id, c.fence DESC, c.step DESC)
       RETURNING step`,
      [`${worker.pid}@%`],
    );
    if (rows.length > 0) {
      await kill(cluster, worker);
      return `of ${rows.length} trials, whose worker was then killed`;
    }
    worker.child.kill('SIGCONT');
    await sleep(1_000);
  }
}

/** How often workers refused a checkpoint and took the one before, or the beginning. */
export function refusedCheckpoints(cluster: Cluster): number {
  return timesLogged(cluster, 'a checkpoint cannot be gone on from');
}

export function resumedTrials(cluster: Cluster): number {
  return timesLogged(cluster, 'going on from a checkpoint');
}

function timesLogged(cluster: Cluster, message: string): number {
  return cluster.trainingWorkers.reduce((sum, worker) => sum + worker.log().split(message).length - 1, 0);
}

async function kill(cluster: Cluster, worker: TrainingWorker): Promise<void> {
  worker.isReady = false;
  worker.isMeantToEnd = true;
  const trainers = await trainersOf(worker.pid);
  worker.child.kill('SIGKILL');
  const how = await worker.ended;
  if (how !== 'SIGKILL') throw new BugError('a worker ended before it was killed', { how });
  await until(() => Promise.resolve(!trainers.some(isAlive)), 'the trainer processes of a killed worker end', 10_000);
  cluster.startTrainingWorker();
}

interface HeldTrial {
  readonly id: string;
}

function trialsOf(cluster: Cluster, { pid }: TrainingWorker): Promise<HeldTrial[]> {
  return cluster.query<HeldTrial>(`SELECT id FROM trial WHERE state = 'running' AND worker LIKE $1`, [`${pid}@%`]);
}

/** There is nothing left to harm. */
export class SweepEndedError extends Error {
  override readonly name = 'SweepEndedError';
}

/** One that trains something at the moment, chosen at random among those. */
async function busyWorker(cluster: Cluster, random: Random): Promise<TrainingWorker> {
  let busy: TrainingWorker[] = [];
  await until(
    async () => {
      if (!cluster.isTraining) throw new SweepEndedError();
      const ready = cluster.trainingWorkers.filter(({ isReady }) => isReady);
      const held = await Promise.all(ready.map((worker) => trialsOf(cluster, worker)));
      busy = ready.filter((_, index) => held[index]!.length > 0);
      return busy.length > 0;
    },
    'a worker trains',
    longestWaitMs,
  );
  return busy[random.integer(busy.length)]!;
}
