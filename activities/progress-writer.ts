import { MachineError } from '../core/errors.ts';
import type { EpochRecord, LayerRecord } from '../core/trial/trial-record.ts';
import type { Fenced, ProgressReport, SweepStore, TrialRecords } from '../storage/sweep-store.ts';
import type { NewCheckpoint } from '../storage/checkpoints/checkpoint-store.ts';
import type { TrialProgress } from '../training/trainer.ts';
import { boundToSpan } from './trial-spans.ts';

export interface ProgressWriterOptions {
  readonly store: Pick<SweepStore, 'recordProgress' | 'recordProgressOfMany'>;
  /** Time between writes while there are records. */
  readonly intervalMs: number;
  /** Each write renews the trial's lease by so much; one that has nothing to write renews it four times as often. */
  readonly leaseMs: number;
  /** How long the database may be away before the trials are given up. */
  readonly patienceMs: number;
  readonly saveCheckpoint: (trial: Fenced, checkpoint: NewCheckpoint) => Promise<void>;
}

/** What a trial handed out and is not known to be written: to write it again does no harm. */
export interface UnwrittenRecords extends TrialRecords {
  /** To be saved after the records. */
  readonly checkpoint: NewCheckpoint | null;
}

/** Collects what one trial records. */
export interface TrialRecorder {
  /** Aborted with the error when nothing more of this trial will be written: another holds it, or the database was away for too long. */
  readonly signal: AbortSignal;
  add(progress: TrialProgress): void;
  /** Saved when all that was added before is written. One that still waits then gives way to a newer one. */
  keep(checkpoint: NewCheckpoint): void;
  /** Nothing is written from now on, but for a checkpoint that is under way. */
  close(): UnwrittenRecords;
}

/**
 * Writes the records of all trials of a worker, and renews their leases, together: one statement an interval, however many trials
 * are in training. Neither a slow database nor a fast trial makes the other wait, nor does a checkpoint that takes long to save; one
 * that cannot be saved costs nothing but the way to it.
 */
export class ProgressWriter {
  readonly #options: ProgressWriterOptions;
  readonly #recorders = new Set<Recorder>();
  #timer: NodeJS.Timeout | null = null;
  #isWriting = false;

  constructor(options: ProgressWriterOptions) {
    this.#options = options;
  }

  /** Begins to write for a trial, under the fence of its claim. `onLost` hears why a checkpoint could not be saved. */
  open(trial: Fenced, onLost: (error: Error) => void): TrialRecorder {
    const recorder = new Recorder(trial, onLost, () => this.#leave(recorder));
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
    const reports = due.map((recorder): Report => recorder.report());
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

  #settle(recorder: Recorder, report: Report, error: Error | null): void {
    if (error === null) {
      recorder.confirm(report);
      void recorder.save(report.checkpoint, this.#options.saveCheckpoint);
      return;
    }
    // What was trained must not be lost, nor an attempt be spent, because the database restarts: the next interval tries again.
    if (error instanceof MachineError && recorder.sinceWrittenMs < this.#options.patienceMs) return;
    recorder.fail(error);
    this.#leave(recorder);
  }
}

/** What is to be written, and the checkpoint that may be saved after it. */
interface Report extends ProgressReport {
  readonly checkpoint: NewCheckpoint | null;
}

class Recorder implements TrialRecorder {
  readonly #trial: Fenced;
  readonly #onLost: (error: Error) => void;
  readonly #onClose: () => void;
  readonly #failure = new AbortController();
  #epochs: EpochRecord[] = [];
  #layers: LayerRecord[] = [];
  #checkpoint: NewCheckpoint | null = null;
  #isSaving = false;
  #writtenAt = performance.now();

  constructor(trial: Fenced, onLost: (error: Error) => void, onClose: () => void) {
    this.#trial = trial;
    this.#onLost = onLost;
    this.#onClose = onClose;
  }

  get signal(): AbortSignal {
    return this.#failure.signal;
  }

  add({ epoch, layers }: TrialProgress): void {
    this.#epochs.push(epoch);
    this.#layers.push(...layers);
  }

  keep(checkpoint: NewCheckpoint): void {
    this.#checkpoint = checkpoint;
  }

  close(): UnwrittenRecords {
    this.#onClose();
    return { epochs: this.#epochs, layers: this.#layers, checkpoint: this.#checkpoint };
  }

  get sinceWrittenMs(): number {
    return performance.now() - this.#writtenAt;
  }

  isDue(renewalMs: number): boolean {
    const hasMore = this.#epochs.length > 0 || (this.#checkpoint !== null && !this.#isSaving);
    return hasMore || this.sinceWrittenMs >= renewalMs;
  }

  report(): Report {
    return {
      trial: this.#trial,
      epochs: [...this.#epochs],
      layers: [...this.#layers],
      checkpoint: this.#checkpoint,
    };
  }

  /** The checkpoint's records are written. Bound to the trial's span: the timer that leads here is that of any trial. */
  readonly save = boundToSpan(
    async (checkpoint: NewCheckpoint | null, save: ProgressWriterOptions['saveCheckpoint']) => {
      if (checkpoint === null || checkpoint !== this.#checkpoint || this.#isSaving) return;
      this.#isSaving = true;
      try {
        await save(this.#trial, checkpoint);
      } catch (error) {
        if (error instanceof MachineError) this.#onLost(error);
        else this.fail(error as Error);
      } finally {
        this.#isSaving = false;
        if (this.#checkpoint === checkpoint) this.#checkpoint = null;
      }
    },
  );

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
