import type { Plan } from '../core/sweep/plan.ts';
import { createPlan } from '../core/sweep/plan.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import type { SweepStore } from '../storage/sweep-store.ts';

interface PlannedSweep {
  readonly spec: SweepSpec;
  readonly plan: Plan;
}

/** A worker trains trials of few sweeps at a time; a spec is at most some hundred kilobytes. */
const capacity = 16;

/** Reads each sweep once a process, and again when it was given more trials: what a number stands for never changes. */
export class SweepCache {
  readonly #store: SweepStore;
  readonly #sweeps = new Map<string, Promise<PlannedSweep>>();

  constructor(store: SweepStore) {
    this.#store = store;
  }

  /** A plan that has the trial of this number. Throws what `SweepStore.readSweep` throws; a failure is not remembered. */
  async read(sweepId: string, number: number): Promise<PlannedSweep> {
    const known = this.#sweeps.get(sweepId);
    if (known === undefined) return this.#read(sweepId);
    const sweep = await known;
    if (number < sweep.plan.gridSize) return sweep;
    // Another trial may have found out meanwhile, and be reading it.
    return this.#sweeps.get(sweepId) === known ? this.#read(sweepId) : this.read(sweepId, number);
  }

  #read(sweepId: string): Promise<PlannedSweep> {
    const reading = this.#store.readSweep(sweepId).then(({ spec }) => ({ spec, plan: createPlan(spec) }));
    this.#sweeps.set(sweepId, reading);
    reading.catch(() => {
      if (this.#sweeps.get(sweepId) === reading) this.#sweeps.delete(sweepId);
    });
    for (const oldest of this.#sweeps.keys()) {
      if (this.#sweeps.size <= capacity) break;
      this.#sweeps.delete(oldest);
    }
    return reading;
  }
}
