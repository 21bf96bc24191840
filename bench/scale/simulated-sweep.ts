import FlatQueue from 'flatqueue';
import { randomStream } from '../../core/random/random-stream.ts';
import { divideIntoShards } from '../../workflows/shards.ts';

export interface Cluster {
  /** Trials that all GPUs together train at once. */
  readonly places: number;
  /** Trials in flight at once: `run.concurrency`. */
  readonly concurrency: number;
  /** Mean; durations are log-normal with a standard deviation of half of it. */
  readonly trialSeconds: number;
  /** Processes; a worker's workflows run in one thread. */
  readonly controlWorkers: number;
  readonly temporalCores: number;
  readonly databaseCores: number;
  /** After so many a shard drains and continues as new. */
  readonly trialsPerRun: number;
  /** Into as few shards as can be, which was the rule once. */
  readonly isSparing?: boolean;
}

export interface SimulatedSweep {
  /** Trials a second, from the first to the last tenth of the trials. */
  readonly rate: number;
  /** Share of the time in which each part was busy, over the same stretch. */
  readonly busy: Readonly<Record<'places' | 'control' | 'temporal' | 'database', number>>;
  readonly shards: number;
}

/** Processor time of one trial, s: docs/scale.md, rounded up. */
const costs = { temporal: 0.006, control: 0.0025, database: 0.003 };
/** What a workflow task takes beside its work, s: two ways to the server and its transaction. */
const taskSeconds = 0.02;
/** Transactions of one execution come one after the other, three a trial, s each. */
const transactionSeconds = 0.005;

interface SimulatedShard {
  readonly window: number;
  left: number;
  startedInRun: number;
  running: number;
  /** Ends that its workflow has not heard of. */
  unheard: number;
  isBusy: boolean;
  freeAt: number;
}

/** What an event of a shard is; its place in this list and the shard's make the event's number. */
const kinds = ['trained', 'stored', 'recorded', 'taskDone'] as const;
type Kind = (typeof kinds)[number];

/** Several servers with one queue, taken for one that is as much faster; each job still takes its own time. */
class Station {
  readonly #servers: number;
  #freeAt = 0;
  busySeconds = 0;

  constructor(servers: number) {
    this.#servers = servers;
  }

  /** When a job that comes now is done. */
  serve(now: number, seconds: number): number {
    const start = Math.max(now, this.#freeAt);
    this.#freeAt = start + seconds / this.#servers;
    this.busySeconds += seconds / this.#servers;
    return start + seconds;
  }
}

/**
 * Simulates a sweep event by event: shards keep their windows full, drain and continue as new; trials wait for a place, train, are stored, are recorded in
 * their shard's history, and are heard of by its next workflow task. Nothing fails.
 */
export function simulateSweep(trials: number, cluster: Cluster): SimulatedSweep {
  const { places, concurrency, trialSeconds, trialsPerRun, isSparing } = cluster;
  const random = randomStream(1, 'simulated sweep');
  const sigma = Math.sqrt(Math.log(1.25));
  const duration = (): number => trialSeconds * Math.exp(sigma * random.normal() - sigma ** 2 / 2);
  const shards = divideIntoShards({ from: 0, to: trials, trialCount: trials }, concurrency, isSparing).map(
    ({ from, to, concurrency: window }, index, all): SimulatedShard => ({
      window,
      left: to - from,
      startedInRun: Math.floor((trialsPerRun * index) / all.length),
      running: 0,
      unheard: 0,
      isBusy: false,
      freeAt: 0,
    }),
  );
  const stations = {
    control: new Station(cluster.controlWorkers),
    temporal: new Station(cluster.temporalCores),
    database: new Station(cluster.databaseCores),
  };
  const events = new FlatQueue<number>();
  const waiting: number[] = [];
  let firstWaiting = 0;
  let training = 0;
  let trainingSeconds = 0;
  let ended = 0;
  let now = 0;
  const at = (time: number, kind: Kind, shard: number): void =>
    events.push(kinds.length * shard + kinds.indexOf(kind), time);

  const fillPlaces = (): void => {
    while (training < places && firstWaiting < waiting.length) {
      training += 1;
      at(now + duration(), 'trained', waiting[firstWaiting++]!);
    }
    if (firstWaiting > 100_000) {
      waiting.splice(0, firstWaiting);
      firstWaiting = 0;
    }
  };
  const startTask = (index: number): void => {
    const shard = shards[index]!;
    if (shard.isBusy) return;
    shard.isBusy = true;
    const heard = shard.unheard;
    shard.unheard = 0;
    shard.running -= heard;
    at(stations.control.serve(now, costs.control * Math.max(1, heard)) + taskSeconds, 'taskDone', index);
  };
  const endTask = (index: number): void => {
    const shard = shards[index]!;
    shard.isBusy = false;
    // Drained: it continues as new.
    if (shard.startedInRun >= trialsPerRun && shard.running === 0) shard.startedInRun = 0;
    const starting = Math.min(shard.window - shard.running, shard.left, trialsPerRun - shard.startedInRun);
    for (let i = 0; i < starting; i++) waiting.push(index);
    shard.left -= starting;
    shard.running += starting;
    shard.startedInRun += starting;
    if (shard.unheard > 0) startTask(index);
    fillPlaces();
  };

  const marks: { readonly now: number; readonly ended: number; readonly busy: SimulatedSweep['busy'] }[] = [];
  const mark = (): void => {
    const { control, temporal, database } = stations;
    const busy = { places: trainingSeconds / places, control: control.busySeconds, temporal: temporal.busySeconds, database: database.busySeconds }; // prettier-ignore
    marks.push({ now, ended, busy });
  };
  shards.forEach((_, index) => startTask(index));
  for (let time = events.peekValue(); time !== undefined; time = events.peekValue()) {
    trainingSeconds += training * (time - now);
    now = time;
    const event = events.pop()!;
    const index = Math.floor(event / kinds.length);
    const shard = shards[index]!;
    switch (kinds[event % kinds.length]!) {
      case 'trained':
        at(stations.database.serve(now, costs.database), 'stored', index);
        break;
      case 'stored':
        training -= 1;
        shard.freeAt = Math.max(now, shard.freeAt) + 3 * transactionSeconds;
        at(Math.max(shard.freeAt, stations.temporal.serve(now, costs.temporal)), 'recorded', index);
        fillPlaces();
        break;
      case 'recorded':
        ended += 1;
        shard.unheard += 1;
        startTask(index);
        if (ended === Math.ceil(trials / 10) || ended === Math.floor((9 * trials) / 10)) mark();
        break;
      case 'taskDone':
        endTask(index);
        break;
    }
  }
  const [from, to] = marks as [(typeof marks)[number], (typeof marks)[number]];
  const seconds = to.now - from.now;
  const share = (part: keyof SimulatedSweep['busy']): number => (to.busy[part] - from.busy[part]) / seconds;
  return {
    rate: (to.ended - from.ended) / seconds,
    busy: {
      places: share('places'),
      control: share('control'),
      temporal: share('temporal'),
      database: share('database'),
    },
    shards: shards.length,
  };
}
