import { MachineError } from '../core/errors.ts';
import type { EpochRecord, LayerRecord } from '../core/trial/trial-record.ts';
import type { Fenced, ProgressReport, SweepStore, TrialRecords } from '../storage/sweep-store.ts';
import type { TrialProgress } from '../training/trainer.ts';

export interface ProgressWriterOptions {
  readonly store: Pick<SweepStore, 'recordProgress' | 'recordProgressOfMany'>;
  /** Time between writes while there are records. */
  readonly intervalMs: number;
  /** Each write renews the trial's lease by so much; one that has nothing to write renews it four times as often. */
  readonly leaseMs: number;
  /** How long the database may be away before the trials are given up. */
  readonly patienceMs: number;
}

/** Collects what one trial records. */
export interface TrialRecorder {
  /** Aborted with the error when nothing more of this trial will be written: another holds it, or the database was away for too long. */
  readonly signal: AbortSignal;
  add(progress: TrialProgress): void;
  /** Nothing is written from now on. Answers what is not known to be written: to write it again does no harm. */
  close(): TrialRecords;
}

/**
 * Writes the records of all trials of a worker, and renews their leases, together: one statement an interval, however many trials
 * are in training. Neither a slow database nor a fast trial makes the other wait.
 */
export class ProgressWriter {
  readonly #options: ProgressWriterOptions;
  readonly #recorders = new Set<Recorder>();
  #timer: NodeJS.Timeout | null = null;
  #isWriting = false;

  constructor(options: ProgressWriterOptions) {
    this.#options = options;
  }

  /** Begins to write for a trial, under the fence of its claim. */
  open(trial: Fenced): TrialRecorder {
    const recorder = new Recorder(trial, () => this.#leave(recorder));
    this.#recorders.add(recorder);
    this.#timer ??= setInterval(() => void this.#write(), this.#options.intervalMs);
    return recorder;
  }

  #leave(recorder: Recorder): void {
    this.#recorders.delete(recorder);
    if (this.#recorders.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async #write(): Promise<void> {
    if (this.#isWriting) return;
    const due = [...this.#recorders].filter((recorder) => recorder.isDue(this.#options.leaseMs / 4));
    if (due.length === 0) return;
    this.#isWriting = true;
    const reports = due.map((recorder) => recorder.report());
    try {
      const errors = await this.#writeTogether(reports);
      due.forEach((recorder, index) => this.#settle(recorder, reports[index]!, errors[index] ?? null));
    } finally {
      this.#isWriting = false;
    }
  }

  /** The error of each report, or null. What one of them does wrong is its own error only. */
  async #writeTogether(reports: readonly ProgressReport[]): Promise<readonly (Error | null)[]> {
    const { store, leaseMs } = this.#options;
    try {
      return await store.recordProgressOfMany(reports, leaseMs);
    } catch (error) {
      if (error instanceof MachineError || reports.length === 1) return reports.map(() => error as Error);
    }
    const each = reports.map(({ trial, epochs, layers }) => store.recordProgress(trial, epochs, layers, leaseMs));
    return (await Promise.allSettled(each)).map((end) => (end.status === 'rejected' ? (end.reason as Error) : null));
  }

  #settle(recorder: Recorder, report: ProgressReport, error: Error | null): void {
    if (error === null) return recorder.confirm(report);
    // What was trained must not be lost, nor an attempt be spent, because the database restarts: the next interval tries again.
    if (error instanceof MachineError && recorder.sinceWrittenMs < this.#options.patienceMs) return;
    recorder.fail(error);
    this.#leave(recorder);
  }
}

class Recorder implements TrialRecorder {
  readonly #trial: Fenced;
  readonly #onClose: () => void;
  readonly #failure = new AbortController();
  #epochs: EpochRecord[] = [];
  #layers: LayerRecord[] = [];
  #writtenAt = performance.now();

  constructor(trial: Fenced, onClose: () => void) {
    this.#trial = trial;
    this.#onClose = onClose;
  }

  get signal(): AbortSignal {
    return this.#failure.signal;
  }

  add({ epoch, layers }: TrialProgress): void {
    this.#epochs.push(epoch);
    this.#layers.push(...layers);
  }

  close(): TrialRecords {
    this.#onClose();
    return { epochs: this.#epochs, layers: this.#layers };
  }

  get sinceWrittenMs(): number {
    return performance.now() - this.#writtenAt;
  }

  isDue(renewalMs: number): boolean {
    return this.#epochs.length > 0 || this.sinceWrittenMs >= renewalMs;
  }

  report(): ProgressReport {
    return { trial: this.#trial, epochs: [...this.#epochs], layers: [...this.#layers] };
  }

  /** The report's records, which are the oldest, are written. */
  confirm({ epochs, layers }: ProgressReport): void {
    this.#epochs = this.#epochs.slice(epochs.length);
    this.#layers = this.#layers.slice(layers.length);
    this.#writtenAt = performance.now();
  }

  fail(error: Error): void {
    this.#failure.abort(error);
  }
}
