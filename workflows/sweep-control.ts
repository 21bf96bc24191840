import type { UpdateDefinition } from '@temporalio/common';
import { condition, currentUpdateInfo, setHandler } from '@temporalio/workflow';
import { nextSeeds } from '../core/sweep/extend-sweep.ts';
import type { GrowingAxis } from '../core/sweep/sweep-spec.ts';
import { controlActivities } from './activity-options.ts';
import {
  addDepthsUpdate,
  addSeedsUpdate,
  addWidthsUpdate,
  type ControlAnswer,
  type Hold,
  pauseUpdate,
  resumeUpdate,
  retryFailedUpdate,
  setConcurrencyUpdate,
  setTargetUpdate,
} from './control-messages.ts';
import { readConcurrency, readPause, readSeeds, readValues, refusal } from './control-requests.ts';
import { publish } from './publish.ts';
import type { ShardCrew } from './shard-crew.ts';
import type { SweepPlan } from './sweep-plan.ts';
import type { SweepProgress } from './sweep-progress.ts';
import { asUserFailure } from './user-failure.ts';

/** What updates act on, once the sweep's file is accepted. */
export interface SteeredSweep {
  readonly sweepId: string;
  readonly crew: ShardCrew;
  readonly plan: SweepPlan;
}

interface Update {
  readonly description: string;
  /** Throws when the request cannot be followed: it is then refused and leaves no trace. */
  readonly check: (input: unknown, sweep: SteeredSweep) => void;
  /** Follows it; answers what was done. `id` is the update's: it comes again when the sweep is reset. */
  readonly apply: (input: unknown, sweep: SteeredSweep, id: string) => Promise<string>;
}

/** Trials that one retry tells a shard by number. */
const numbersAtOnce = 1_000;

/** Lets a person steer a sweep by updates. They are followed one at a time, in the order in which they came. */
export class SweepControl {
  readonly #progress: SweepProgress;
  #sweep: SteeredSweep | null = null;
  #hasEnded = false;
  #last: Promise<unknown> = Promise.resolve();
  #atWork = 0;
  #retries = 0;

  /** Listens at once; what comes before `begin` waits for it. */
  constructor(progress: SweepProgress) {
    this.#progress = progress;
    this.#listen(pauseUpdate, this.#pause);
    this.#listen(resumeUpdate, this.#resume);
    this.#listen(addSeedsUpdate, this.#addSeeds);
    this.#listen(addDepthsUpdate, this.#add('depth', 'depths', 'depthsAdded'));
    this.#listen(addWidthsUpdate, this.#add('width', 'widths', 'widthsAdded'));
    this.#listen(retryFailedUpdate, this.#retryFailed);
    this.#listen(setConcurrencyUpdate, this.#setConcurrency);
    this.#listen(setTargetUpdate, this.#setTarget);
  }

  begin(sweep: SteeredSweep): void {
    this.#sweep = sweep;
  }

  /** From now on updates are refused. */
  end(): void {
    this.#hasEnded = true;
  }

  /** No update is being followed. */
  get isIdle(): boolean {
    return this.#atWork === 0;
  }

  #listen(definition: UpdateDefinition<ControlAnswer, [unknown] | []>, update: Update): void {
    const { description, check, apply } = update;
    const validator = (input?: unknown): void => {
      this.#requireOpen();
      if (this.#sweep !== null) check(input, this.#sweep);
    };
    const follow = async (input: unknown, id: string): Promise<ControlAnswer> => {
      await condition(() => this.#sweep !== null);
      const sweep = this.#sweep!;
      // It waited for its turn: what was right when it came may be so no longer.
      this.#requireOpen();
      check(input, sweep);
      const message = await apply(input, sweep, id);
      publish(this.#progress, true);
      const { state, total, done, running } = this.#progress.answer();
      return { message, state, concurrency: sweep.crew.concurrency, trials: total, done, running };
    };
    const handler = async (input?: unknown): Promise<ControlAnswer> => {
      const id = currentUpdateInfo()?.id ?? '';
      this.#atWork += 1;
      const turn = this.#last.then(() => follow(input, id));
      this.#last = turn.catch(() => undefined);
      try {
        return await turn;
      } catch (error) {
        throw asUserFailure(error);
      } finally {
        this.#atWork -= 1;
      }
    };
    setHandler(definition, handler, { description, validator });
  }

  #requireOpen(): void {
    if (!this.#hasEnded) return;
    throw refusal(
      'The sweep is about to end. Start it again, with the file changed as you like: it takes over what is trained.',
    );
  }

  readonly #pause: Update = {
    description: 'Start no more trials; {"now": true} also calls back those in training',
    check: (input, { crew }) => {
      const { now } = readPause(input);
      if (crew.hold === 'now' || (crew.hold === 'drain' && !now)) {
        throw refusal('The sweep is paused already. The update resume lets it go on.');
      }
    },
    apply: async (input, { sweepId, crew }, id) => {
      const { now } = readPause(input);
      const hold: Hold = now ? 'now' : 'drain';
      const detail = now ? 'Paused; trials in training were called back.' : 'Paused; trials in training end first.';
      // In the row first: a trial that is called back looks there whether it was for a pause.
      await controlActivities.setPaused({ sweepId, isPaused: true, event: { id, kind: 'paused', detail } });
      crew.order({ hold });
      this.#progress.state = 'paused';
      return `${detail} The update resume lets the sweep go on.`;
    },
  };

  readonly #resume: Update = {
    description: 'Go on after a pause',
    check: (_, { crew }) => {
      if (crew.hold === 'no') throw refusal('The sweep is not paused.');
    },
    apply: async (_, { sweepId, crew }, id) => {
      const detail = 'The sweep goes on.';
      await controlActivities.setPaused({ sweepId, isPaused: false, event: { id, kind: 'resumed', detail } });
      crew.order({ hold: 'no' });
      this.#progress.state = 'running';
      return detail;
    },
  };

  readonly #addSeeds: Update = {
    description: 'Train every cell with further seeds: {"count": 5} or {"seeds": [11, 12]}',
    check: (input, { plan }) => requireNew(plan, 'seed', readSeeds(input).values ?? []),
    apply: (input, { plan }, id) => {
      const { count, values } = readSeeds(input);
      return extend(plan, 'seed', values ?? nextSeeds(plan.spec, count), id, 'seedsAdded');
    },
  };

  #add(axis: GrowingAxis, name: 'depths' | 'widths', kind: 'depthsAdded' | 'widthsAdded'): Update {
    return {
      description: `Train further ${name}, in combination with all else: {"${name}": [12, 16]}`,
      check: (input, { plan }) => requireNew(plan, axis, readValues(input, name)),
      apply: (input, { plan }, id) => extend(plan, axis, readValues(input, name), id, kind),
    };
  }

  readonly #retryFailed: Update = {
    description: 'Try the failed trials again',
    check: () => {
      if (this.#retries > 0) throw refusal('Failed trials are being tried again already. Wait until these have ended.');
    },
    apply: async (_, { sweepId, crew, plan }, id) => {
      let count = 0;
      for (let after = -1; ;) {
        const numbers = await controlActivities.failedNumbers({ sweepId, after, limit: numbersAtOnce });
        if (numbers.length > 0) this.#retry(crew, plan, numbers);
        count += numbers.length;
        if (numbers.length < numbersAtOnce) break;
        after = numbers.at(-1)!;
      }
      if (count === 0) return 'No trial has failed so far.';
      const detail = `${trials(count)} that had failed ${count === 1 ? 'is' : 'are'} tried again.`;
      await controlActivities.recordEvent({ sweepId, event: { id, kind: 'failedRetried', detail } });
      return detail;
    },
  };

  #retry(crew: ShardCrew, plan: SweepPlan, numbers: readonly number[]): void {
    this.#progress.retry(numbers.length);
    this.#retries += 1;
    const task = { from: 0, to: numbers.length, trials: numbers.length, numbers };
    const ended = crew.start(plan.spec, [{ ...task, trialsPerReport: Math.ceil(numbers.length / 20) }]);
    void ended.then(() => (this.#retries -= 1));
  }

  readonly #setConcurrency: Update = {
    description: 'Trials in flight at once, over all workers: {"concurrency": 32}',
    check: (input, { crew }) => void readConcurrency(input, crew.largestConcurrency),
    apply: async (input, { sweepId, crew }, id) => {
      const concurrency = readConcurrency(input, crew.largestConcurrency);
      const detail = `${concurrency} trials in flight at once, ${crew.concurrency} before.`;
      crew.order({ concurrency });
      await controlActivities.recordEvent({ sweepId, event: { id, kind: 'concurrencySet', detail } });
      return detail;
    },
  };

  readonly #setTarget: Update = {
    description: 'Refused: a target is part of what a result means',
    check: () => {
      throw refusal(
        'A target cannot be changed while a sweep runs: every result would mean something else than the ones before. ' +
          'Start a sweep with the other target under another workflow id.',
      );
    },
    apply: () => Promise.resolve(''),
  };
}

async function extend(
  plan: SweepPlan,
  axis: GrowingAxis,
  values: readonly number[],
  id: string,
  kind: 'seedsAdded' | 'depthsAdded' | 'widthsAdded',
): Promise<string> {
  const named = namedValues(axis, values);
  const added = await plan.extend(axis, values, { id }, { kind, detail: `Added ${named}.` });
  return added === null ? 'These had been added before.' : `Added ${named}: ${trials(added)} more.`;
}

/** `seed 7`, `seeds 11 to 15`, `depths 4, 8`. */
function namedValues(axis: GrowingAxis, values: readonly number[]): string {
  if (values.length === 1) return `${axis} ${values[0]}`;
  const isRow = values.length > 2 && values.every((value, i) => value === values[0]! + i);
  return `${axis}s ${isRow ? `${values[0]} to ${values.at(-1)}` : values.join(', ')}`;
}

function requireNew({ spec }: SweepPlan, axis: GrowingAxis, values: readonly number[]): void {
  if (spec.adaptive?.seeds !== undefined) {
    throw refusal(
      'The sweep decides by its own results which seeds it adds (adaptive.seeds): more would spoil its error rate. Start another sweep, which takes over what this one has trained.',
    );
  }
  const known = values.filter((value) => spec.axes[axis].includes(value));
  if (known.length > 0) throw refusal(`The sweep has ${axis} ${known.join(', ')} already.`);
}

function trials(count: number): string {
  return count === 1 ? '1 trial' : `${count} trials`;
}
