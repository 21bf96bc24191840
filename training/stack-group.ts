import { performance } from 'node:perf_hooks';
import { MachineError } from '../core/errors.ts';
import type { Backend, MetricSums, Stack, StackShape } from './backend.ts';
import type { Dataset, SplitName } from './datasets/dataset.ts';
import { epochOrder, stepsPerEpoch } from './epoch-order.ts';
import { placeInitialState } from './initial-state.ts';
import { momentCount } from './optimizers.ts';
import { Pace } from './pace.ts';
import { parameterLayout } from './parameter-layout.ts';
import { probeLayers } from './probes/probe-layers.ts';
import type { TrialJob, TrialOutcome, TrialProgress } from './trainer.ts';
import { asTrialError } from './trial-error.ts';
import { TrialRun } from './trial-run.ts';

/** A trial on its way through a group. */
export interface QueuedTrial {
  readonly job: TrialJob;
  readonly onProgress: (progress: TrialProgress) => void;
  /** Whether its caller wants it no more; it then leaves at the next boundary of a piece of work. */
  readonly leaves: () => boolean;
  readonly settle: (outcome: TrialOutcome) => void;
}

/** A trial in a slot. */
interface PlacedTrial extends QueuedTrial {
  readonly slot: number;
  readonly run: TrialRun;
  durationMs: number;
}

/** A stack's parameters and moments stay below this (1 GiB), so that very large networks come in smaller stacks. */
const maxStackBytes = 2 ** 30;

/**
 * All trials of one shape and data set: those in the stack, which go through their epochs side by side (each with a
 * number of its own), and those that wait. Between two epochs the finished ones leave and waiting ones take
 * their places. The stack grows with the demand, up to what the backend gains from.
 */
export class StackGroup {
  readonly #backend: Backend;
  readonly #shape: StackShape;
  readonly #dataset: Dataset;
  readonly #steps: number;
  readonly #maxCapacity: number;
  readonly #trainPace = new Pace();
  readonly #evaluationPaces = { train: new Pace(), validation: new Pace(), test: new Pace() };
  readonly #turns: AsyncGenerator<void, void>;
  #stack: Stack | null = null;
  #waiting: QueuedTrial[] = [];
  #placed: PlacedTrial[] = [];

  constructor(backend: Backend, shape: StackShape, dataset: Dataset) {
    this.#backend = backend;
    this.#shape = shape;
    this.#dataset = dataset;
    this.#steps = stepsPerEpoch(dataset.splits.train.examples, shape.batchSize);
    const slotBytes = 4 * parameterLayout(shape.layerSizes).count * (1 + momentCount[shape.optimizer]);
    this.#maxCapacity = Math.max(1, Math.min(backend.preferredCapacity, Math.floor(maxStackBytes / slotBytes)));
    this.#turns = this.#work();
  }

  get idle(): boolean {
    return this.#waiting.length === 0 && this.#placed.length === 0;
  }

  add(trial: QueuedTrial): void {
    this.#waiting.push(trial);
  }

  /** Does one piece of work. What fails is settled with the trials that it concerns; throws only when the group is broken. */
  async turn(): Promise<void> {
    await this.#turns.next();
  }

  /** Gives up all trials. */
  fail(error: unknown): void {
    settleAll([...this.#waiting, ...this.#placed], error);
    this.#waiting = [];
    this.#placed = [];
  }

  dispose(): void {
    const stack = this.#stack;
    this.#stack = null;
    stack?.dispose();
  }

  async *#work(): AsyncGenerator<void, void> {
    for (;;) {
      try {
        yield* this.#admit();
        yield* this.#trainEpoch();
        yield* this.#finishEpoch();
      } catch (error) {
        // The stack itself failed, and with it all that was in it; those that wait get a fresh one.
        settleAll(this.#placed, error);
        this.#placed = [];
        this.dispose();
      }
      yield;
      this.#dropLeavers();
    }
  }

  /** Gives free places to waiting trials and records their epoch 0. */
  async *#admit(): AsyncGenerator<void, void> {
    const wanted = Math.min(this.#placed.length + this.#waiting.length, this.#maxCapacity);
    if (wanted > (this.#stack?.capacity ?? 0)) await this.#grow(wanted);
    const stack = this.#stack;
    if (!stack) return;
    const { examples } = this.#dataset.splits.train;
    const admitted: PlacedTrial[] = [];
    while (this.#waiting.length > 0 && this.#placed.length < stack.capacity) {
      const queued = this.#waiting.shift()!;
      const taken = new Set(this.#placed.map(({ slot }) => slot));
      const slot = Array.from({ length: stack.capacity }, (_, i) => i).find((i) => !taken.has(i))!;
      const trial = { ...queued, slot, run: new TrialRun(queued.job.config, this.#steps), durationMs: 0 };
      this.#placed.push(trial);
      if (await this.#attempt(trial, () => placeInitialState(stack, slot, queued.job.config, examples)))
        admitted.push(trial);
      yield;
      this.#dropLeavers();
    }
    const train = yield* this.#evaluate(admitted, 'train');
    const validation = yield* this.#evaluate(admitted, 'validation');
    yield* this.#conclude(admitted, 0, train, validation);
  }

  /** Replaces the stack by one of at least `wanted` places, twice the old one's if that may be, and moves the trials over. */
  async #grow(wanted: number): Promise<void> {
    const old = this.#stack;
    const capacity = Math.min(this.#maxCapacity, Math.max(wanted, 2 * (old?.capacity ?? 0)));
    let stack: Stack;
    try {
      stack = await this.#backend.createStack(this.#shape, this.#dataset, capacity);
    } catch (error) {
      // A smaller stack that there is goes on; its next boundary tries again.
      if (old) return;
      settleAll(this.#waiting, error);
      this.#waiting = [];
      return;
    }
    for (const { slot } of this.#placed) stack.place(slot, await old!.read(slot));
    old?.dispose();
    this.#stack = stack;
  }

  async *#trainEpoch(): AsyncGenerator<void, void> {
    const { batchSize } = this.#shape;
    const { examples } = this.#dataset.splits.train;
    const orders = new Map(
      this.#placed.map((trial) => {
        return [trial, epochOrder(trial.job.config.seed, trial.run.epoch + 1, examples, batchSize)] as const;
      }),
    );
    let done = 0;
    while (done < this.#steps && this.#placed.length > 0) {
      const trials = this.#placed;
      const units = this.#trainPace.next(Infinity);
      const steps = Math.max(1, Math.min(this.#steps - done, Math.floor(units / trials.length)));
      const length = steps * batchSize;
      const batches = new Uint32Array(trials.length * length);
      trials.forEach((trial, index) => {
        const start = done * batchSize;
        batches.set(orders.get(trial)!.subarray(start, start + length), index * length);
      });
      const durationMs = await this.#trainPace.measure(trials.length * steps, () =>
        this.#stack!.train(slotsOf(trials), batches, steps),
      );
      share(trials, durationMs);
      done += steps;
      yield;
      this.#dropLeavers();
    }
  }

  async *#finishEpoch(): AsyncGenerator<void, void> {
    const trials = this.#placed;
    if (trials.length === 0) return;
    const sums = await this.#stack!.takeTrainSums(slotsOf(trials));
    const train = new Map(trials.map((trial, index) => [trial, sums[index]!]));
    const validation = yield* this.#evaluate(trials, 'validation');
    yield* this.#conclude(trials, 1, train, validation);
  }

  /** Sums over a split for those of the trials that stay until their turn. */
  async *#evaluate(
    trials: readonly PlacedTrial[],
    split: SplitName,
  ): AsyncGenerator<void, Map<PlacedTrial, MetricSums>> {
    const pace = this.#evaluationPaces[split];
    const results = new Map<PlacedTrial, MetricSums>();
    let rest = this.#present(trials);
    while (rest.length > 0) {
      const piece = rest.slice(0, pace.next(rest.length));
      const durationMs = await pace.measure(piece.length, async () => {
        const sums = await this.#stack!.evaluate(slotsOf(piece), split);
        piece.forEach((trial, index) => results.set(trial, sums[index]!));
      });
      share(piece, durationMs);
      yield;
      this.#dropLeavers();
      rest = this.#present(rest.slice(piece.length));
    }
    return results;
  }

  /** Records an epoch (`advance` epochs after the last one), probes where asked for, and lets those leave that have ended. */
  async *#conclude(
    trials: readonly PlacedTrial[],
    advance: 0 | 1,
    train: ReadonlyMap<PlacedTrial, MetricSums>,
    validation: ReadonlyMap<PlacedTrial, MetricSums>,
  ): AsyncGenerator<void, void> {
    for (const trial of this.#present(trials)) {
      await this.#attempt(trial, async () => {
        const { run, job } = trial;
        const epoch = run.record(run.epoch + advance, train.get(trial)!, validation.get(trial)!);
        const rows = Math.min(job.config.probes.examples, this.#dataset.splits.train.examples);
        const layers = run.probed ? await probeLayers(this.#stack!, trial.slot, run.epoch, rows) : [];
        trial.onProgress({ id: job.id, epoch, layers });
      });
    }
    const ended = this.#present(trials).filter(({ run }) => run.ended);
    const test = yield* this.#evaluate(ended, 'test');
    for (const trial of this.#present(ended)) {
      await this.#attempt(trial, async () => {
        const { parameters } = await this.#stack!.read(trial.slot);
        const { durationMs, run, job } = trial;
        const end = { test: test.get(trial)!, parameters, datasetHash: this.#dataset.hash, durationMs };
        this.#placed = this.#placed.filter((other) => other !== trial);
        trial.settle({ id: job.id, result: run.result(end) });
      });
    }
  }

  /** Does what concerns one trial alone; if that fails, only this trial does. */
  async #attempt(trial: PlacedTrial, work: () => Promise<void>): Promise<boolean> {
    const start = performance.now();
    try {
      await work();
      return true;
    } catch (error) {
      this.#placed = this.#placed.filter((other) => other !== trial);
      trial.settle({ id: trial.job.id, error: asTrialError(error) });
      return false;
    } finally {
      trial.durationMs += performance.now() - start;
    }
  }

  #present(trials: readonly PlacedTrial[]): PlacedTrial[] {
    return trials.filter((trial) => this.#placed.includes(trial));
  }

  #dropLeavers(): void {
    const stays = (trial: QueuedTrial): boolean => {
      if (!trial.leaves()) return true;
      trial.settle({
        id: trial.job.id,
        error: new MachineError('The trial was taken out of its stack before its end.'),
      });
      return false;
    };
    this.#waiting = this.#waiting.filter(stays);
    this.#placed = this.#placed.filter(stays);
  }
}

function slotsOf(trials: readonly PlacedTrial[]): number[] {
  return trials.map(({ slot }) => slot);
}

function settleAll(trials: readonly QueuedTrial[], error: unknown): void {
  for (const trial of trials) trial.settle({ id: trial.job.id, error: asTrialError(error) });
}

/** Divides shared time among the trials it was spent on. */
function share(trials: readonly PlacedTrial[], durationMs: number): void {
  for (const trial of trials) trial.durationMs += durationMs / trials.length;
}
