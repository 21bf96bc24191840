import type { CellSummary } from '../activities/control-activities.ts';
import type { ProgressAnswer, ShardReport, SweepWorkflowState, VerdictAnswer } from './messages.ts';
import { commonestFailures, emptyTally, endedOf, sumOf, type Tally } from './tally.ts';

/** What a sweep knows of its trials, from the latest report of each shard. */
export class SweepProgress {
  readonly #sweepId: string;
  readonly #startedAt: Date;
  readonly #reports = new Map<number, ShardReport>();
  #name = '';
  #total = 0;
  #tolerance = 1;
  #retried = 0;
  state: SweepWorkflowState = 'checking';
  best: CellSummary | null = null;
  verdicts: readonly VerdictAnswer[] = [];

  constructor(sweepId: string, startedAt: Date) {
    this.#sweepId = sweepId;
    this.#startedAt = startedAt;
  }

  /** The sweep file was accepted: it has `total` trials, of which a share of `tolerance` may fail. */
  begin(name: string, total: number, tolerance: number): void {
    this.#name = name;
    this.#total = total;
    this.#tolerance = tolerance;
    this.state = 'running';
  }

  /** The sweep was given so many trials more. */
  extend(trials: number): void {
    this.#total += trials;
  }

  /** So many trials that had failed are tried again. */
  retry(trials: number): void {
    this.#retried += trials;
  }

  /** A report of another sweep (one that had this workflow id before) is ignored. */
  receive(report: ShardReport): void {
    const known = this.#reports.get(report.shard)?.tally ?? emptyTally;
    if (report.sweepId !== this.#sweepId || endedOf(report.tally) < endedOf(known)) return;
    this.#reports.set(report.shard, report);
  }

  /** Trials that failed and are tried again count as they end the second time. */
  get tally(): Tally {
    const sum = sumOf([...this.#reports.values()].map((report) => report.tally));
    if (this.#retried === 0) return sum;
    const failed = Math.max(0, sum.states.failed - this.#retried);
    return { ...sum, states: { ...sum.states, failed }, failures: failed === 0 ? {} : sum.failures };
  }

  get hasTooManyFailures(): boolean {
    return this.tally.states.failed > this.#tolerance * this.#total;
  }

  /** For a person: how many failed, why, and what to do. */
  describeFailures(): string {
    const { tally } = this;
    return [
      `${tally.states.failed} of ${this.#total} trials failed, more than run.failureTolerance ` +
        `(${this.#tolerance}) allows. The commonest reasons:`,
      ...commonestFailures(tally, 3).map((reason) => `- ${reason}`),
      'Mend the cause and start the sweep again: trials that have ended are taken over, failed ones run anew.',
    ].join('\n');
  }

  answer(): ProgressAnswer {
    const { tally } = this;
    const done = endedOf(tally);
    return {
      sweepId: this.#sweepId,
      name: this.#name,
      state: this.state,
      startedAt: this.#startedAt.toISOString(),
      total: this.#total,
      done,
      running: [...this.#reports.values()].reduce((sum, report) => sum + report.running, 0),
      ...tally.states,
      reused: tally.reused,
      share: this.#total === 0 ? 0 : done / this.#total,
      best: this.best,
      commonestFailures: commonestFailures(tally, 3),
      verdicts: this.verdicts,
    };
  }
}
