import type { Folders } from './folders.ts';
import { type StackState, type StackStep, type StackWorker, writeStackState } from './stack-state.ts';

/** The supervisor's side of `stack.json`: one change at a time, each written before the next. */
export class StackReport {
  readonly #folders: Folders;
  #state: StackState = {
    supervisorPid: process.pid,
    phase: 'starting',
    failure: null,
    steps: [],
    database: null,
    temporal: null,
    grafana: null,
    workers: [],
    settings: {},
  };
  #written: Promise<void> = Promise.resolve();

  constructor(folders: Folders) {
    this.#folders = folders;
  }

  get state(): StackState {
    return this.#state;
  }

  update(change: Partial<StackState>): Promise<void> {
    this.#state = { ...this.#state, ...change };
    const now = this.#state;
    this.#written = this.#written.then(() => writeStackState(this.#folders, now));
    return this.#written;
  }

  step(step: StackStep): Promise<void> {
    const isKnown = this.#state.steps.some(({ title }) => title === step.title);
    const steps = isKnown
      ? this.#state.steps.map((old) => (old.title === step.title ? step : old))
      : [...this.#state.steps, step];
    return this.update({ steps });
  }

  worker(worker: StackWorker): Promise<void> {
    const { workers } = this.#state;
    const isKnown = workers.some(({ name }) => name === worker.name);
    return this.update({
      workers: isKnown ? workers.map((old) => (old.name === worker.name ? worker : old)) : [...workers, worker],
    });
  }
}
