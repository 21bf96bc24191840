import type { EpochRecord, LayerRecord } from '../core/trial/trial-record.ts';
import type { TrialProgress } from '../training/trainer.ts';

type WriteProgress = (epochs: readonly EpochRecord[], layers: readonly LayerRecord[]) => Promise<void>;

export interface ProgressWriterOptions {
  /** Writes records and renews the lease; called with nothing to write when only the lease is to be renewed. */
  readonly write: WriteProgress;
  /** Time between writes while there are records. */
  readonly intervalMs: number;
  /** Longest time without a write. */
  readonly renewalMs: number;
}

/**
 * Collects one trial's records and writes them in batches, one write at a time, so that neither a slow database nor a fast
 * trial makes the other wait. After a failed write it writes nothing more, and `signal` is aborted with the error.
 */
export class ProgressWriter {
  readonly #options: ProgressWriterOptions;
  readonly #failure = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #epochs: EpochRecord[] = [];
  #layers: LayerRecord[] = [];
  #writing: Promise<void> | null = null;
  #writtenAt = performance.now();

  constructor(options: ProgressWriterOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), options.intervalMs);
  }

  get signal(): AbortSignal {
    return this.#failure.signal;
  }

  add(progress: TrialProgress): void {
    this.#epochs.push(progress.epoch);
    this.#layers.push(...progress.layers);
  }

  /** Writes what is left and stops. Throws the error of a write that failed, now or before. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    if (this.#epochs.length > 0 && !this.signal.aborted) await this.#write();
    this.signal.throwIfAborted();
  }

  #tick(): void {
    const isDue = this.#epochs.length > 0 || performance.now() - this.#writtenAt >= this.#options.renewalMs;
    if (this.#writing !== null || !isDue || this.signal.aborted) return;
    this.#writing = this.#write().finally(() => (this.#writing = null));
  }

  async #write(): Promise<void> {
    const [epochs, layers] = [this.#epochs, this.#layers];
    this.#epochs = [];
    this.#layers = [];
    try {
      await this.#options.write(epochs, layers);
      this.#writtenAt = performance.now();
    } catch (error) {
      clearInterval(this.#timer);
      this.#failure.abort(error);
    }
  }
}
