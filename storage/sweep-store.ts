import type { LayerSummary } from '../core/claims/layer-summary.ts';
import type { StaleFenceError } from '../core/errors.ts';
import type { RungDecision, RungEntry } from '../core/adaptive/pruning.ts';
import type { Judgement } from '../core/judgement/judge-sweep.ts';
import type { Death } from '../core/trial/blame.ts';
import type { FailureKind } from '../core/trial/failure-kind.ts';
import type { EpochRecord, FinalTrialState, LayerRecord, TrialResult, TrialState } from '../core/trial/trial-record.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';

export type SweepState = 'running' | 'completed' | 'failed' | 'cancelled';

export interface NewSweep {
  /** First execution's run id: stays the same through retries, resets and continue-as-new. */
  readonly id: string;
  readonly workflowId: string;
  readonly spec: SweepSpec;
  readonly trialCount: number;
}

export interface StoredSweep extends NewSweep {
  readonly state: SweepState;
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly closedAt: Date | null;
}

/** Who asks for a trial, and what it is. A (sweepId, number) pair is the owner. */
export interface TrialClaim {
  readonly sweepId: string;
  /** Trial number within the sweep's plan. */
  readonly number: number;
  /** Hash of all that determines the trial's numbers, backend arithmetic included. */
  readonly key: string;
  readonly config: TrialConfig;
  /** See SweepSpec.run.reuse; when false, only what this very sweep has trained is found. */
  readonly reuse: boolean;
  readonly leaseMs: number;
  readonly provenance: TrialProvenance;
}

export interface TrialProvenance {
  readonly worker: string;
  readonly attempt: number;
  readonly backend: string;
  readonly arithmetic: string;
  /** Package versions that matter to the numbers, and the commit where it is known. */
  readonly versions: Readonly<Record<string, string>>;
  readonly workflowRunId: string;
}

export type ClaimAnswer =
  /** The trial is the caller's: all later writes carry this fence. */
  | { readonly kind: 'claimed'; readonly trialId: string; readonly fence: bigint; readonly history: ClaimHistory }
  /** A final result is held already (and is now linked to the sweep). */
  | { readonly kind: 'held'; readonly trialId: string; readonly state: FinalTrialState }
  /** Another owner trains it under a living lease: ask again. */
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  /** The sweep's row is closed: nobody waits for the trial, unless the sweep's workflow was reset; see reopenSweep. */
  | { readonly kind: 'closed'; readonly state: Exclude<SweepState, 'running'> };

export interface Fenced {
  readonly trialId: string;
  readonly fence: bigint;
}

/** What became of the claims before this one, since the trial was given up last. */
export interface ClaimHistory {
  /**
   * Ends that nobody ordered, oldest first. Left out are those among others where one of the others died alone since: they are explained. A claim
   * that the next one finds without an end is taken for the death of its worker.
   */
  readonly deaths: readonly Death[];
  /** Claims that an error of the trial's own attempt ended: what is counted against the attempts that a sweep allows. */
  readonly errors: number;
}

/** How a claim ends that gives no result. */
export type ClaimEnd =
  /** In order: its worker stops, its sweep is paused, it was told to leave. */
  | { readonly kind: 'released' }
  /** By an error that the attempt itself saw. */
  | { readonly kind: 'failed' }
  /** The trainer process with this name, of all that ever were, died with the trial in it. */
  | { readonly kind: 'crashed'; readonly process: string };

/** What a trial's trainer has seen. An epoch, or a layer of one, that is there already is replaced. */
export interface TrialRecords {
  readonly epochs: readonly EpochRecord[];
  readonly layers: readonly LayerRecord[];
}

export interface ProgressReport extends TrialRecords {
  readonly trial: Fenced;
}

export interface TrialFailure {
  readonly sweepId: string;
  readonly number: number;
  readonly key: string | null;
  readonly state: 'failed' | 'cancelled';
  readonly reason: string;
  /** Of a failed trial; workflows of an earlier version do not know it. */
  readonly kind?: FailureKind;
}

/** A number of a sweep's plan, and the race that it is in: see raceOf. */
export interface RaceNumber {
  readonly sweepId: string;
  readonly number: number;
  readonly race: string;
}

/** A trial at one of its rungs. */
export interface RungStanding extends RaceNumber {
  readonly epoch: number;
  readonly reduction: number;
  readonly entry: RungEntry;
}

export interface SweepProgress {
  readonly total: number;
  /** Linked trials by state; pending ones are the rest. */
  readonly states: Readonly<Record<TrialState, number>>;
  /** Trials that the sweep took over from earlier ones. */
  readonly reused: number;
  /** Epochs that the trials which the sweep trained to a result were given. */
  readonly epochsPlanned: number;
  /** Those of them that were not trained because trials were given up. */
  readonly epochsSpared: number;
  readonly best: CellSummary | null;
}

/** A cell is a combination of all axes but the seed. */
export interface Cell {
  readonly initializer: string;
  readonly activation: string;
  readonly network: string;
  readonly normalization: string;
  readonly depth: number;
  readonly width: number;
  readonly learningRate: number;
  readonly optimizer: string;
  readonly batchSize: number;
  readonly dataset: string;
}

export interface CellSummary extends Cell {
  readonly trials: number;
  readonly converged: number;
  readonly medianEpochsToTarget: number | null;
  readonly medianTestAccuracy: number | null;
  readonly medianTestLoss: number | null;
}

/** One finished trial as the statistics need it. */
export interface TrialOutcomeRow extends Cell {
  readonly number: number;
  readonly seed: number;
  readonly state: FinalTrialState;
  readonly reason: string;
  readonly reused: boolean;
  readonly epochsToTarget: number | null;
  readonly epochsRun: number | null;
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
  readonly bestValidationLoss: number | null;
  readonly bestValidationAccuracy: number | null;
  readonly durationMs: number | null;
  readonly backend: string | null;
  readonly trialId: string;
}

/** One finished trial as the claims need it. */
export interface ProbedOutcome extends TrialOutcomeRow {
  readonly epochBudget: number;
  readonly layers: LayerSummary;
}

/** A layer of a finished trial, as a probe saw it. */
export interface TrialLayerRow extends LayerRecord {
  readonly trialId: string;
}

/** What judgements rest on, as text that is the same for the same rules and trials. */
export interface SweepEvidence {
  /** The trials that are there now. */
  readonly current: string;
  /** Those of the judgement that is stored; null when there is none. */
  readonly judgedOn: string | null;
}

/** What annotations on the dashboards tell of. */
export type SweepEventKind =
  | 'paused'
  | 'resumed'
  | 'seedsAdded'
  | 'depthsAdded'
  | 'widthsAdded'
  | 'failedRetried'
  | 'concurrencySet'
  | 'workerStarted'
  | 'workerStopped'
  /** A second attempt or a later one: the one before failed, or its worker died or was told to stop. */
  | 'trialRetried'
  /** A trial that kills the processes that train it is not tried again. */
  | 'trialQuarantined'
  /** A trial goes on from a checkpoint of an earlier attempt. */
  | 'trialResumed';

export interface SweepEvent {
  /** Chosen by the caller, the same whenever it tells of the same event, such as `<sweep id>/paused/3`. */
  readonly id: string;
  /** Null when it concerns every sweep, as a worker's restart does. */
  readonly sweepId: string | null;
  readonly kind: SweepEventKind;
  /** One sentence for a reader. */
  readonly detail: string;
  readonly worker: string | null;
}

/**
 * Where results live. Every implementation guarantees:
 * - each method is idempotent: repeating it, at once or much later, leaves the same rows;
 * - a write with an outdated fence changes nothing and throws StaleFenceError;
 * - a trial that is in a final state other than failed or cancelled never changes again;
 * - a pruned trial is the result of its own sweep's number alone: no other claim ever finds it;
 * - two owners never train the same shared key at once while the first one's lease lives;
 * - numbers stored are finite or null.
 * All methods throw MachineError when the database cannot be reached.
 */
export interface SweepStore {
  openSweep(sweep: NewSweep): Promise<void>;
  /** Throws UserError when there is none. */
  readSweep(id: string): Promise<StoredSweep>;
  /** Newest first; at most `limit`. */
  listSweeps(limit: number): Promise<StoredSweep[]>;
  /** Replaces the plan by one that has more, and its number of trials; both keep what was there. Throws UserError when there is no such sweep. */
  extendSweep(id: string, spec: SweepSpec, trialCount: number): Promise<void>;
  /** Notes since when a sweep is paused, or that it is not. Throws UserError when there is no such sweep. */
  setPaused(id: string, isPaused: boolean): Promise<void>;
  isPaused(id: string): Promise<boolean>;
  /** Numbers of the sweep's failed trials in ascending order, from the first above `after`; at most `limit`. */
  failedNumbers(sweepId: string, after: number, limit: number): Promise<number[]>;
  closeSweep(id: string, state: Exclude<SweepState, 'running'>, reason: string): Promise<void>;
  /** Makes a closed sweep run again. For who has seen that a reset of its workflow runs. Throws UserError when there is no such sweep. */
  reopenSweep(id: string): Promise<void>;
  /** The owner itself always gets its trial back with a new fence, unless it is held or the sweep is closed. */
  claimTrial(claim: TrialClaim): Promise<ClaimAnswer>;
  /** Adds records and renews the lease. */
  recordProgress(
    trial: Fenced,
    epochs: readonly EpochRecord[],
    layers: readonly LayerRecord[],
    leaseMs: number,
  ): Promise<void>;
  /**
   * As recordProgress for many trials, no trial twice, at the price of one. A trial with an outdated fence is left out: the
   * answer holds, in the order of the reports, the StaleFenceError of each such trial and null for the others.
   */
  recordProgressOfMany(
    reports: readonly ProgressReport[],
    leaseMs: number,
  ): Promise<readonly (StaleFenceError | null)[]>;
  /** Adds the last records, if any, and the result, all or nothing. */
  finishTrial(trial: Fenced, result: TrialResult, records?: TrialRecords): Promise<void>;
  /**
   * The trial stands at a rung: keeps what it has come to there, and decides whether it goes on. The decision for a sweep's number at an epoch is
   * made once: asked again, by whatever attempt, it is the same. A trial that is not the caller's any more is not decided about (StaleFenceError).
   */
  standAtRung(trial: Fenced, standing: RungStanding): Promise<RungDecision>;
  /** Counts a trial that ended, but was not given up, at those of the rungs at which it was not asked. */
  passRungs(owner: RaceNumber, epochs: readonly number[]): Promise<void>;
  /** Fenced end without a result: cancelled by a person, or an error the attempt itself saw. */
  abandonTrial(trial: Fenced, state: 'cancelled' | 'failed', reason: string): Promise<void>;
  /**
   * Hands a trial back that another attempt will take up: it stays running, anybody may claim it at once, and the claim counts as ended in
   * order. One that is not the caller's any more stays as it is.
   */
  releaseTrial(trial: Fenced): Promise<void>;
  /**
   * Notes how the claim ended, for those that come after it; what was noted first stays. The trial and its lease stay as they are. Answers the history
   * with this claim in it.
   */
  endClaim(trial: Fenced, end: ClaimEnd): Promise<ClaimHistory>;
  /** Notes that the claim's trial is trained by a process that holds no other trial. */
  markAlone(trial: Fenced): Promise<void>;
  /** As the answer to the claim had it, with what was learned since. */
  claimHistory(trial: Fenced): Promise<ClaimHistory>;
  /** For an orchestrator that knows that no attempt lives any more; takes the fence away from any that does. A trial that is held stays as it is. */
  recordFailure(failure: TrialFailure): Promise<void>;
  /** Keeps the event with the database's time; one whose id is there stays as it is. Throws UserError when there is no such sweep. */
  recordEvent(event: SweepEvent): Promise<void>;
  progress(sweepId: string): Promise<SweepProgress>;
  /** Finished trials of a sweep in order of their number. */
  outcomes(sweepId: string): Promise<TrialOutcomeRow[]>;
  /** The same with what probes saw of their layers, summed up. */
  probedOutcomes(sweepId: string): Promise<ProbedOutcome[]>;
  /** A few thousand of these, of numbers above `after`; none when there are no more. For who cannot hold them all. */
  probedPage(sweepId: string, after: number): Promise<ProbedOutcome[]>;
  /** What probes saw of every single layer of those trials before their first step, in order of trial and layer: for sweeps of a few hundred trials. */
  initialLayers(sweepId: string): Promise<TrialLayerRow[]>;
  evidence(sweepId: string): Promise<SweepEvidence>;
  /** Replaces the sweep's judgement by one that rests on `restsOn`, an earlier `evidence().current`; leaves one that rests on the same. */
  storeJudgement(sweepId: string, restsOn: string, judgement: Judgement): Promise<void>;
}
