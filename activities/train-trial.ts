import { Context } from '@temporalio/activity';
import { MachineError, PoisonError, StaleFenceError } from '../core/errors.ts';
import { trialKey } from '../core/trial/trial-key.ts';
import type { FinalTrialState } from '../core/trial/trial-record.ts';
import type { CheckpointStore } from '../storage/checkpoints/checkpoint-store.ts';
import type { ClaimAnswer, Fenced, SweepStore, TrialClaim } from '../storage/sweep-store.ts';
import type { Trainer } from '../training/trainer.ts';
import { workerShutdownFailure } from './failure.ts';
import type { LoneTurns } from './lone-turns.ts';
import { patienceMs, patiently } from './patience.ts';
import { isAskingRunOpen, isSweepOpen } from './open-workflows.ts';
import { ProgressWriter } from './progress-writer.ts';
import { saveCheckpoint } from './save-checkpoint.ts';
import { type Race, raceOfTrial } from './stand-in-race.ts';
import { nobodyWillGoOn } from './stop-signals.ts';
import { endClaimByError, refusePoison } from './suspects.ts';
import { tellEvent } from './tell-event.ts';
import { describeSpan, inSpan, spanUntilNow } from './trial-spans.ts';
import type { SweepCache } from './sweep-cache.ts';
import { trainClaimedTrial, type TrialTraining } from './train-claimed-trial.ts';

export interface TrainTrialInput {
  readonly sweepId: string;
  /** Trial number in the sweep's plan. */
  readonly number: number;
}

/** State and ids only: numbers that matter stay in the database. */
export interface TrainTrialResult {
  readonly trialId: string;
  readonly state: FinalTrialState;
  /** The database held the result already. */
  readonly reused: boolean;
}

export interface TrainingDependencies {
  readonly store: SweepStore;
  readonly checkpoints: CheckpointStore;
  /** Between two checkpoints of a trial; a shorter trial takes none. */
  readonly checkpointIntervalMs: number;
  readonly trainer: Trainer;
  /** Names this worker in a trial's provenance. */
  readonly worker: string;
  /** See TrialProvenance.versions. */
  readonly versions: Readonly<Record<string, string>>;
}

const progressIntervalMs = 1_000;
/** An owner that wrote nothing for so long is taken for dead by another sweep that wants its trial. */
const leaseMs = 60_000;
/** A trial that takes less sends none: each one costs the server a transaction, and the answer that it waits for is soon there. */
const heartbeatIntervalMs = 2_000;

/** What the trials of a worker share. */
export interface TrainingParts {
  readonly sweeps: SweepCache;
  readonly writer: ProgressWriter;
  readonly turns: LoneTurns;
}

/** The writer that the trials of a worker share. */
export function createProgressWriter({ store, checkpoints }: TrainingDependencies): ProgressWriter {
  return new ProgressWriter({
    store,
    intervalMs: progressIntervalMs,
    leaseMs,
    patienceMs,
    saveCheckpoint: (trial, checkpoint) => saveCheckpoint(checkpoints, trial, checkpoint),
  });
}

/**
 * Trains one trial of a sweep, unless the database holds its result or another owner trains it (then waits for that one).
 * Everything it writes carries the fence of its claim. Ends by throwing when the sweep is cancelled (the trial is then
 * recorded as cancelled), when the worker stops (the trial is left to the next attempt, with a checkpoint), and on errors. A trial in whose
 * company processes died is trained alone, and refused with a PoisonError when that convicts it.
 */
export async function trainTrial(
  dependencies: TrainingDependencies,
  { sweeps, writer, turns }: TrainingParts,
  { sweepId, number }: TrainTrialInput,
): Promise<TrainTrialResult> {
  const { store, trainer } = dependencies;
  const { info, cancellationSignal: signal, log } = Context.current();
  const heartbeat = startHeartbeats();
  spanUntilNow('queue', info.currentAttemptScheduledTimestampMs);
  describeSpan({ 'initsweep.sweep': sweepId, 'initsweep.trial': number, 'initsweep.attempt': info.attempt });
  let claimed: Fenced | null = null;
  let attempts = 1;
  try {
    const { spec, plan } = await patiently(() => sweeps.read(sweepId, number), signal);
    attempts = spec.run.attempts;
    const { config } = plan.decode(number);
    const race = raceOfTrial(store, spec, { sweepId, number, config });
    const { hash: datasetHash } = await trainer.inspect(config.dataset);
    const { backend, arithmetic } = trainer.info;
    const key = trialKey(config, { arithmetic, datasetHash });
    const claim = {
      sweepId,
      number,
      key,
      config,
      reuse: spec.run.reuse,
      leaseMs,
      provenance: {
        worker: dependencies.worker,
        attempt: info.attempt,
        backend,
        arithmetic,
        versions: dependencies.versions,
        workflowRunId: info.workflowExecution?.runId ?? '',
      },
    };
    const answer = await inSpan('claim', {}, () => claimOrWait(store, signal, claim));
    if (answer.kind === 'held') {
      log.info('trial was held already', { sweepId, trial: number, trialId: answer.trialId, state: answer.state });
      await passRungs(race, answer.state, signal);
      return { trialId: answer.trialId, state: answer.state, reused: true };
    }
    const { trialId, fence, history } = answer;
    describeSpan({ 'initsweep.trialId': trialId, 'initsweep.fence': String(fence) });
    claimed = { trialId, fence };
    refusePoison(history);
    if (info.attempt > 1) {
      await tellEvent(
        store,
        {
          id: `${sweepId}/${number}/attempt/${fence}`,
          sweepId,
          kind: 'trialRetried',
          detail: `Attempt ${info.attempt} of trial ${number}.`,
          worker: dependencies.worker,
        },
        (error) => log.warn('a retry could not be marked', { trialId, error }),
      );
    }
    const recorder = writer.open(claimed, (error) => log.warn('a checkpoint could not be saved', { trialId, error }));
    const training = { ...dependencies, turns, leaseMs, onEpoch: heartbeat.progress };
    const state = await trainClaimedTrial(training, { sweepId, trialId, fence, history, key, config, race }, recorder);
    await passRungs(race, state, signal);
    log.info('trial ended', { sweepId, trial: number, trialId, state });
    return { trialId, state, reused: false };
  } catch (error) {
    const end = claimed === null ? error : await settle(dependencies, { sweepId, number }, claimed, attempts, error);
    if (!signal.aborted) throw end;
    return await leave(dependencies, sweepId, claimed);
  } finally {
    heartbeat.stop();
  }
}

/** An attempt that dies before it is followed by one that finds the trial held, and does it. */
async function passRungs(race: Race | null, state: FinalTrialState, signal: AbortSignal): Promise<void> {
  if (race !== null && state !== 'pruned') await patiently(() => race.pass(), signal);
}

/**
 * Claims the trial, waiting as long as another owner with a living lease trains it. Where the sweep's row is closed but its workflow
 * runs, it was reset, and the row is opened again.
 */
async function claimOrWait(
  store: SweepStore,
  signal: AbortSignal,
  claim: TrialClaim,
): Promise<Exclude<ClaimAnswer, { kind: 'busy' | 'closed' }>> {
  for (;;) {
    const answer = await patiently(() => store.claimTrial(claim), signal);
    if (answer.kind === 'closed') {
      const { sweepId } = claim;
      const { workflowId } = await patiently(() => store.readSweep(sweepId), signal);
      const isReset = await patiently(
        async () => (await isAskingRunOpen()) && (await isSweepOpen(workflowId, sweepId)),
        signal,
      );
      if (!isReset) throw new StaleFenceError(`Sweep ${sweepId} is ${answer.state}: nobody waits for this trial.`);
      Context.current().log.info('the sweep was reset; its row is opened again', { sweepId });
      await patiently(() => store.reopenSweep(sweepId), signal);
      continue;
    }
    if (answer.kind !== 'busy') return answer;
    await Context.current().sleep(Math.min(Math.max(answer.retryAfterMs, 200), 5_000));
  }
}

/** What an attempt ends with that was not told to stop: the error, or what that means after those before it. */
async function settle(
  { store, worker }: TrainingDependencies,
  { sweepId, number }: TrainTrialInput,
  claimed: Fenced,
  attempts: number,
  error: unknown,
): Promise<unknown> {
  const { cancellationSignal: signal, log } = Context.current();
  if (signal.aborted || !(error instanceof Error)) return error;
  let end: Error;
  try {
    end = await endClaimByError(store, claimed, attempts, error, signal);
  } catch (unsaid) {
    log.warn('how a claim ended could not be noted', { trialId: claimed.trialId, error: unsaid });
    return error;
  }
  if (end instanceof PoisonError) {
    const detail = `Trial ${number} was ${end.message}`;
    const id = `${sweepId}/${number}/quarantined/${claimed.fence}`;
    await tellEvent(store, { id, sweepId, kind: 'trialQuarantined', detail, worker }, (untold) =>
      log.warn('a quarantine could not be marked', { trialId: claimed.trialId, error: untold }),
    );
  }
  return end;
}

/** The end of an attempt that was told to stop: what becomes of its trial depends on who told it. */
async function leave(
  { store, checkpoints }: TrainingDependencies,
  sweepId: string,
  claimed: Fenced | null,
): Promise<never> {
  const context = Context.current();
  const { cancellationDetails, cancellationSignal, log } = context;
  const isWorkerStopping = cancellationDetails?.workerShutdown === true;
  if (claimed !== null) {
    try {
      if (isWorkerStopping || !nobodyWillGoOn(context)) await store.endClaim(claimed, { kind: 'released' });
      else if (await store.isPaused(sweepId)) await store.releaseTrial(claimed);
      else {
        await store.abandonTrial(claimed, 'cancelled', 'the sweep was stopped while this trial was running');
        await checkpoints.discard(claimed.trialId);
      }
    } catch (error) {
      // A newer owner decides about the trial; a database that is away hears of it from the workflow, or from the next claim.
      if (!(error instanceof StaleFenceError || error instanceof MachineError)) throw error;
      log.warn('could not record that the trial was left', { trialId: claimed.trialId, error });
    }
  }
  throw isWorkerStopping ? workerShutdownFailure() : cancellationSignal.reason;
}

/** Tells Temporal regularly that this attempt lives, whatever the training does, and so hears of a cancellation. */
function startHeartbeats(): { readonly progress: TrialTraining['onEpoch']; readonly stop: () => void } {
  const context = Context.current();
  let details: { epoch: number; share: number } | null = null;
  const beat = (): void => context.heartbeat(details);
  const timer = setInterval(beat, heartbeatIntervalMs);
  return {
    progress: (epoch, share) => (details = { epoch, share }),
    stop: () => clearInterval(timer),
  };
}
