import { performance } from 'node:perf_hooks';

/** Length of one uninterrupted piece of work: short enough that cancelling and messages feel immediate. */
const pieceMs = 150;

/** Cuts work into pieces of about `pieceMs` by what the pieces before took. */
export class Pace {
  #msPerUnit: number | null = null;

  /** Units for the next piece, from 1 to `most`; 1 as long as nothing is known. */
  next(most: number): number {
    if (this.#msPerUnit === null) return 1;
    return Math.max(1, Math.min(most, Math.floor(pieceMs / Math.max(this.#msPerUnit, 1e-6))));
  }

  /** Does a piece of `units` and returns how long it took, ms. */
  async measure(units: number, work: () => Promise<void>): Promise<number> {
    const start = performance.now();
    await work();
    const durationMs = performance.now() - start;
    this.#msPerUnit = durationMs / units;
    return durationMs;
  }
}
