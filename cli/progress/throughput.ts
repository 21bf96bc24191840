/** Rate over the last minute: long enough to be steady, short enough to follow a worker that joins or leaves. */
const windowMs = 60_000;
/** Fewer trials than this say little about the rest. */
const leastTrials = 3;

/** Estimates the time left from how fast trials have ended lately. Time is handed in, in ms of any fixed origin. */
export class Throughput {
  #readings: { readonly atMs: number; readonly ended: number }[] = [];

  /** `ended`: trials ended so far. Those that were taken over from earlier sweeps count too: in the plan's random order the rest has as many of them. */
  add(atMs: number, ended: number): void {
    this.#readings.push({ atMs, ended });
    // The newest reading that is a whole window old stays, as the window's beginning.
    while (this.#readings.length > 2 && atMs - this.#readings[1]!.atMs >= windowMs) this.#readings.shift();
  }

  /** Trials per second over the window; null while there is too little to go by. */
  perSecond(): number | null {
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    if (first === undefined || last === undefined) return null;
    const trials = last.ended - first.ended;
    return trials >= leastTrials && last.atMs > first.atMs ? (trials / (last.atMs - first.atMs)) * 1000 : null;
  }

  /** Expected time until `pending` trials have ended, ms; null while it cannot be told. */
  timeLeftMs(pending: number): number | null {
    if (pending <= 0) return 0;
    const rate = this.perSecond();
    return rate === null ? null : (pending / rate) * 1000;
  }
}
