import type { Work } from './work.ts';

/** Mean losses of one trial: per epoch (training in passing, validation afterwards), and on the test split at the end. */
export interface Losses {
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: number;
}

export interface Measurement {
  readonly seconds: number;
  /** Of the first trials of each process, in order. */
  readonly losses: readonly Losses[];
}

/** A system in one way of running it, such as JAX with vmap on one core. */
export interface Contender {
  readonly system: string;
  /** Trials in one stack, over all processes; 1 is one after the other. */
  readonly stack: number;
  /** For a person: which cores it may use and how. */
  readonly cores: string;
  /** Trials that one measurement runs. */
  readonly trials: number;
  readonly processes: Processes;
}

/** Running processes of one system, used by its contenders in turn. */
export interface Processes {
  readonly pids: readonly number[];
  /** From the command to start until ready for work. */
  readonly startSeconds: number;
  /** Compiles for a stack size; returns how long that took. */
  prepare(work: Work, stack: number): Promise<number>;
  run(work: Work, stack: number, trials: number): Promise<Measurement>;
  close(): Promise<void>;
}
