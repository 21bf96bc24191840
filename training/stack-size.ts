/** Places that a stack begins with: enough to keep a backend busy while trials come and go. */
const firstPlaces = 8;
/** A stack of twice the size is kept when it does so much more work in the same time. */
const gain = 1.1;
/** A sample is so much work at least, ms: more than the noise of a clock and of other processes. */
const sampleMs = 50;
/** Samples at a size before it is judged, after one more in which memory and compilers warm up. */
const samplesPerSize = 5;
/** Work until a size that was settled on is questioned again, ms; doubles each time up to the longest. */
const firstReviewMs = 60_000;
const longestReviewMs = 3_600_000;

/**
 * How many places a shape's stacks should have, learned from how fast they work: doubles as long as twice the places
 * bring a tenth more work per time, else goes back to the half and stays. What other processes do to the clock may mislead it, so it looks
 * again after a minute's work, then after two, four, ... Memory that could not be had counts as no gain.
 */
export class StackSize {
  readonly #most: number;
  #ceiling: number;
  #places: number;
  #settled: boolean;
  #smaller: { readonly places: number; readonly rate: number } | null = null;
  #rates: number[] = [];
  #sample = { steps: 0, durationMs: 0 };
  #sinceReviewMs = 0;
  #reviewMs = firstReviewMs;

  /** `most`: beyond what can never be gained from or had. */
  constructor(most: number) {
    this.#most = most;
    this.#ceiling = most;
    this.#places = Math.min(firstPlaces, most);
    this.#settled = this.#places === most;
  }

  /** Places that a stack should have now, where there are trials for them. */
  get places(): number {
    return this.#places;
  }

  /** Trials that are welcome: more than `places` while it is open whether more would gain. */
  get welcome(): number {
    return this.#settled ? this.#places : this.#ceiling;
  }

  /** `trials` did `steps` steps each. */
  measured(trials: number, steps: number, durationMs: number): void {
    if (this.#settled) {
      this.#sinceReviewMs += durationMs;
      if (this.#sinceReviewMs >= this.#reviewMs && this.#places < this.#most) this.#review();
      return;
    }
    // A stack with many free places says nothing about its size.
    if (4 * trials < 3 * this.#places) return;
    this.#sample.steps += trials * steps;
    this.#sample.durationMs += durationMs;
    if (this.#sample.durationMs < sampleMs) return;
    this.#rates.push(this.#sample.steps / this.#sample.durationMs);
    this.#sample = { steps: 0, durationMs: 0 };
    if (this.#rates.length > samplesPerSize) this.#judge(Math.max(...this.#rates.slice(1)));
  }

  /** A stack of so many places did not fit into memory; one of `fitting` did. */
  refused(places: number, fitting = 1): void {
    this.#ceiling = Math.max(fitting, Math.min(this.#ceiling, Math.floor(places / 2)));
    this.#places = Math.min(this.#places, this.#ceiling);
    this.#settle();
  }

  #judge(rate: number): void {
    const smaller = this.#smaller;
    this.#rates = [];
    if (smaller && rate < gain * smaller.rate) {
      this.#places = smaller.places;
      this.#settle();
    } else if (this.#places === this.#ceiling) {
      this.#settle();
    } else {
      this.#smaller = { places: this.#places, rate };
      this.#places = Math.min(2 * this.#places, this.#ceiling);
    }
  }

  #settle(): void {
    this.#settled = true;
    this.#smaller = null;
    this.#rates = [];
    this.#sample = { steps: 0, durationMs: 0 };
    this.#sinceReviewMs = 0;
  }

  #review(): void {
    this.#settled = false;
    this.#ceiling = this.#most;
    this.#reviewMs = Math.min(2 * this.#reviewMs, longestReviewMs);
  }
}
