import { performance } from 'node:perf_hooks';
import { BugError, MachineError } from '../core/errors.ts';
import type { LayerRecord } from '../core/trial/trial-record.ts';
import type { Backend, MetricSums, Stack, StackShape } from './backend.ts';
import type { Dataset, SplitName } from './datasets/dataset.ts';
import { epochOrder, stepsPerEpoch } from './epoch-order.ts';
import { segmentSteps } from './epoch-segments.ts';
import {
  askAtRung,
  queuedAgain,
  settleAll,
  settleLeaver,
  share,
  slotsOf,
  snapshotOf,
  type PlacedTrial,
  type QueuedTrial,
} from './group-trial.ts';
import { placeInitialState } from './initial-state.ts';
import { Pace } from './pace.ts';
import { probeLayers } from './probes/probe-layers.ts';
import type { StackSize } from './stack-size.ts';
import { asTrialError } from './trial-error.ts';
import { TrialRun } from './trial-run.ts';
import { addSums, noSums } from './trial-snapshot.ts';

/**
 * All trials of one shape and data set: those in the stack, which go through their epochs side by side (each with a
 * number of its own), and those that wait. Between two epochs the finished ones leave and waiting ones take
 * their places. The stack grows with the demand as long as its size says that it gains.
 */
export class StackGroup {
  readonly #backend: Backend;
  readonly #shape: StackShape;
  readonly #dataset: Dataset;
  readonly #size: StackSize;
  readonly #steps: number;
  readonly #segment: number;
  readonly #trainPace = new Pace();
  readonly #evaluationPaces = { train: new Pace(), validation: new Pace(), test: new Pace() };
  readonly #turns: AsyncGenerator<void, void>;
  #stack: Stack | null = null;
  #waiting: QueuedTrial[] = [];
  #placed: PlacedTrial[] = [];
  /** The stack is new and has not yet shown in an epoch that it has the memory for all that it does. */
  #onProbation = false;

  constructor(backend: Backend, shape: StackShape, dataset: Dataset, size: StackSize) {
    this.#backend = backend;
    this.#shape = shape;
    this.#dataset = dataset;
    this.#size = size;
    this.#steps = stepsPerEpoch(dataset.splits.train.examples, shape.batchSize);
    this.#segment = segmentSteps(shape);
    this.#turns = this.#work();
  }

  get idle(): boolean {
    return this.#waiting.length === 0 && this.#placed.length === 0;
  }

  /** All it has stands at rungs and waits to hear whether it goes on. */
  get waits(): boolean {
    const isFull = this.#placed.length === this.#stack?.capacity;
    return (this.#waiting.length === 0 || isFull) && this.#placed.every(({ question }) => question?.answer === null);
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
        await this.#hearAnswers();
        yield* this.#trainEpoch();
        yield* this.#finishEpoch();
      } catch (error) {
        this.#breakUp(error);
      }
      yield;
      this.#dropLeavers();
    }
  }

  /**
   * The stack itself failed, and with it all that was in it. Where memory may be the reason, half the places are tried, and
   * trials that handed out no record since they can be begun again are; those that wait get a fresh stack.
   */
  #breakUp(error: unknown): void {
    const places = this.#stack?.capacity ?? 0;
    const smallerMayDo = places > 1 && asTrialError(error) instanceof MachineError;
    if (smallerMayDo) this.#size.refused(places);
    const [again, lost] = [true, false].map((kept) =>
      this.#placed.filter(({ rewind }) => (smallerMayDo && rewind !== null) === kept),
    );
    this.#waiting.unshift(...again!.map((trial) => queuedAgain(trial, trial.rewind!.to)));
    settleAll(lost!, error);
    this.#placed = [];
    this.dispose();
  }

  /** Gives free places to waiting trials and records epoch 0 of those that begin. */
  async *#admit(): AsyncGenerator<void, void> {
    await this.#fitStack();
    const stack = this.#stack;
    if (!stack) return;
    const begun: PlacedTrial[] = [];
    while (this.#waiting.length > 0 && this.#placed.length < stack.capacity) {
      const queued = this.#waiting.shift()!;
      const { start, job } = queued;
      const trial = this.#giveSlot(stack, queued);
      const { slot } = trial;
      this.#placed.push(trial);
      const { examples } = this.#dataset.splits.train;
      const placed = await this.#attempt(trial, async () => {
        if (start) stack.place(slot, start.state);
        else await placeInitialState(stack, slot, job.config, examples);
      });
      if (placed && start) askAtRung(trial);
      if (placed && !start) begun.push(trial);
      yield;
      this.#dropLeavers();
    }
    const train = yield* this.#evaluate(begun, 'train');
    const validation = yield* this.#evaluate(begun, 'validation');
    yield* this.#conclude(begun, 0, train, validation);
  }

  #giveSlot(stack: Stack, queued: QueuedTrial): PlacedTrial {
    const taken = new Set(slotsOf(this.#placed));
    const { start, job } = queued;
    return {
      ...queued,
      // Kept by `rewind`, and only as long as it is of use.
      start: null,
      slot: Array.from({ length: stack.capacity }, (_, i) => i).find((i) => !taken.has(i))!,
      run: new TrialRun(job.config, this.#steps, start?.run ?? null),
      position: start?.position ?? 0,
      sums: start?.sums ?? noSums,
      durationMs: start?.durationMs ?? 0,
      checkpointAtMs: performance.now(),
      rewind: { to: start },
      question: null,
    };
  }

  /** Those that heard that they are given up end here; those that go on are trained again; the others wait, and may be handed over. */
  async #hearAnswers(): Promise<void> {
    for (const trial of this.#placed) {
      const answer = trial.question?.answer;
      if (!answer) continue;
      await this.#attempt(trial, async () => {
        if ('error' in answer) throw answer.error;
        if (answer.goesOn) trial.question = null;
        else await this.#giveUp(trial, answer.reason);
      });
    }
    await this.#takeCheckpoints(this.#placed.filter(({ question }) => question !== null));
  }

  /** Ends a trial at its rung, with what is looked into wherever a trial ends. */
  async #giveUp(trial: PlacedTrial, reason: string): Promise<void> {
    const { run, job } = trial;
    const { epochs } = job.config.probes;
    const isDue = epochs.includes('last') && !epochs.includes(run.epoch);
    await this.#end(trial, null, { reason, layers: isDue ? await this.#probe(trial) : [] });
  }

  /** Trials that are trained: those that do not stand at a rung. */
  #going(): PlacedTrial[] {
    return this.#placed.filter(({ question }) => question === null);
  }

  /** Gives the stack the places that the demand and its size ask for; a stack that grows has twice the places at least. */
  async #fitStack(): Promise<void> {
    const has = this.#stack?.capacity ?? 0;
    const { places } = this.#size;
    const wanted = Math.min(this.#placed.length + this.#waiting.length, places);
    if (has > places) await this.#resize(places);
    else if (wanted > has) await this.#resize(Math.min(places, Math.max(wanted, 2 * has)));
  }

  /** Replaces the stack and moves its trials over; those that have no place any more wait again. */
  async #resize(capacity: number): Promise<void> {
    const old = this.#stack;
    let stack: Stack | null = null;
    try {
      stack = await this.#backend.createStack(this.#shape, this.#dataset, capacity);
      const snapshots = [];
      for (const trial of this.#placed) snapshots.push([trial, await snapshotOf(old!, trial)] as const);
      const moved: PlacedTrial[] = [];
      for (const [trial, snapshot] of snapshots.slice(0, capacity)) {
        stack.place(moved.length, snapshot.state);
        moved.push({ ...trial, slot: moved.length, rewind: { to: snapshot } });
      }
      this.#waiting.unshift(...snapshots.slice(capacity).map(([trial, snapshot]) => queuedAgain(trial, snapshot)));
      this.#placed = moved;
      this.#stack = stack;
      this.#onProbation = true;
      old?.dispose();
    } catch (error) {
      stack?.dispose();
      const cause = asTrialError(error);
      // A stack that there is goes on as it is.
      if (old) this.#size.refused(capacity, old.capacity);
      else if (capacity > 1 && !(cause instanceof BugError)) {
        this.#size.refused(capacity);
        await this.#resize(Math.floor(capacity / 2));
      } else {
        settleAll(this.#waiting, cause);
        this.#waiting = [];
      }
    }
  }

  /**
   * Takes every trial to the end of its epoch. One that comes from within an epoch joins the others where it stands: those
   * that are furthest behind are trained until they have caught up.
   */
  async *#trainEpoch(): AsyncGenerator<void, void> {
    const { batchSize } = this.#shape;
    const { examples } = this.#dataset.splits.train;
    const orders = new Map<PlacedTrial, Uint32Array>();
    for (const trial of this.#going()) {
      orders.set(trial, epochOrder(trial.job.config.seed, trial.run.epoch + 1, examples, batchSize));
    }
    for (;;) {
      const going = this.#going();
      const position = Math.min(this.#steps, ...going.map((trial) => trial.position));
      if (position === this.#steps) return;
      const trials = going.filter((trial) => trial.position === position);
      const untilRead = Math.min(this.#segment - (position % this.#segment), this.#steps - position);
      const units = this.#trainPace.next(Infinity);
      const steps = Math.max(1, Math.min(untilRead, Math.floor(units / trials.length)));
      const length = steps * batchSize;
      const batches = new Uint32Array(trials.length * length);
      trials.forEach((trial, index) => {
        const start = position * batchSize;
        batches.set(orders.get(trial)!.subarray(start, start + length), index * length);
      });
      const durationMs = await this.#trainPace.measure(trials.length * steps, () =>
        this.#stack!.train(slotsOf(trials), batches, steps),
      );
      share(trials, durationMs);
      this.#size.measured(trials.length, steps, durationMs);
      for (const trial of trials) trial.position += steps;
      if (steps === untilRead) await this.#readSums(trials);
      yield;
      this.#dropLeavers();
      if (steps === untilRead && position + steps < this.#steps) await this.#takeCheckpoints(trials);
    }
  }

  async #readSums(trials: readonly PlacedTrial[]): Promise<void> {
    const sums = await this.#stack!.takeTrainSums(slotsOf(trials));
    trials.forEach((trial, index) => (trial.sums = addSums(trial.sums, sums[index]!)));
  }

  async *#finishEpoch(): AsyncGenerator<void, void> {
    const trials = this.#going();
    if (trials.length === 0) return;
    const validation = yield* this.#evaluate(trials, 'validation');
    const train = new Map(trials.map((trial) => [trial, trial.sums]));
    for (const trial of trials) {
      trial.sums = noSums;
      trial.position = 0;
    }
    this.#onProbation = false;
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
        const layers = run.probed ? await this.#probe(trial) : [];
        trial.rewind = null;
        trial.onProgress({ id: job.id, epoch, layers });
      });
    }
    const ended = this.#present(trials).filter(({ run }) => run.ended);
    const test = yield* this.#evaluate(ended, 'test');
    for (const trial of this.#present(ended)) {
      await this.#attempt(trial, () => this.#end(trial, test.get(trial)!, null));
    }
    const staying = this.#present(trials);
    if (this.#onProbation) {
      for (const trial of staying) trial.rewind = { to: await snapshotOf(this.#stack!, trial) };
    }
    await this.#takeCheckpoints(staying);
    this.#present(staying).forEach(askAtRung);
  }

  async #probe({ slot, run, job }: PlacedTrial): Promise<LayerRecord[]> {
    const rows = Math.min(job.config.probes.examples, this.#dataset.splits.train.examples);
    return probeLayers(this.#stack!, slot, run.epoch, rows);
  }

  /** @param given where it was given up: why, and the layers that its last epoch was recorded without */
  async #end(
    trial: PlacedTrial,
    test: MetricSums | null,
    given: { readonly reason: string; readonly layers: readonly LayerRecord[] } | null,
  ): Promise<void> {
    const parameters = await this.#stack!.readParameters(trial.slot);
    const { durationMs, run, job } = trial;
    const end = { test, parameters, datasetHash: this.#dataset.hash, durationMs };
    this.#placed = this.#placed.filter((other) => other !== trial);
    const result = run.result(end, given?.reason ?? null);
    trial.settle({ id: job.id, result, ...(given && { layers: given.layers }) });
  }

  /** Hands out the checkpoints that are due, of trials between two segments or epochs; those that hand over leave with theirs. */
  async #takeCheckpoints(trials: readonly PlacedTrial[]): Promise<void> {
    const now = performance.now();
    for (const trial of this.#present(trials)) {
      const { checkpoints } = trial;
      const handsOver = checkpoints?.handsOver() ?? false;
      if (!checkpoints || (!handsOver && now - trial.checkpointAtMs < checkpoints.intervalMs)) continue;
      trial.checkpointAtMs = now;
      const taken = await this.#attempt(trial, async () => checkpoints.take(await snapshotOf(this.#stack!, trial)));
      if (!taken || !handsOver) continue;
      this.#placed = this.#placed.filter((other) => other !== trial);
      settleLeaver(trial);
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
    const isOut = (trial: QueuedTrial): boolean => {
      if (!trial.leaves()) return false;
      settleLeaver(trial);
      return true;
    };
    this.#placed = this.#placed.filter((trial) => !isOut(trial));
    this.#waiting = this.#waiting.filter((trial) => {
      if (isOut(trial)) return false;
      if (!trial.checkpoints?.handsOver()) return true;
      if (trial.start) trial.checkpoints.take(trial.start);
      settleLeaver(trial);
      return false;
    });
  }
}
