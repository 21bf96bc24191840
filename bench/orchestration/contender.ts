import type { Load } from './load.ts';

/** A system that can run the load, with what it takes to run it started. */
export interface Contender {
  readonly system: string;
  /** What belongs to it: name of a part -> the root of its process tree. */
  readonly parts: Readonly<Record<string, number>>;
  /** Runs every trial to its end and resolves once all that is stored is stored. */
  run(): Promise<void>;
  /** Counts what the system has stored; throws when it is not what the load was. */
  stored(): Promise<string>;
  close(): Promise<void>;
}

/** Starts a contender; throws MachineError where it cannot be had. */
export interface ContenderKind {
  readonly system: string;
  /** Trials in flight that this machine bears, where it does not bear them all. */
  readonly atMost?: number;
  /** What becomes of a trial whose process is killed. */
  readonly afterKill: string;
  start(load: Load, surroundings: Surroundings): Promise<Contender>;
}

export interface Surroundings {
  /** An empty database of the contender's own. */
  readonly databaseUrl: string;
  readonly postgresPid: number;
  /** An empty folder of the contender's own. */
  readonly folder: string;
  /** Where our workers leave CPU profiles; null: without. */
  readonly profileFolder: string | null;
  readonly onProgress: (message: string) => void;
}
