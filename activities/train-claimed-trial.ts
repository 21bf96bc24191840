import { Context } from '@temporalio/activity';
import { BugError, CheckpointError, MachineError, StaleFenceError } from '../core/errors.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { FinalTrialState } from '../core/trial/trial-record.ts';
import type { CheckpointStore, StoredCheckpoint } from '../storage/checkpoints/checkpoint-store.ts';
import type { Fenced, SweepStore } from '../storage/sweep-store.ts';
import type { RungAnswer, RungQuestion, Trainer, TrialOutcome } from '../training/trainer.ts';
import type { LoneTurns } from './lone-turns.ts';
import { patiently } from './patience.ts';
import type { TrialRecorder, UnwrittenRecords } from './progress-writer.ts';
import { tellEvent } from './tell-event.ts';
import { saveCheckpoint } from './save-checkpoint.ts';
import type { Race } from './stand-in-race.ts';
import { stopSignals } from './stop-signals.ts';
import { type SuspectTrial, takeLoneTurn } from './suspects.ts';
import { inSpan } from './trial-spans.ts';

export interface ClaimedTrial extends SuspectTrial {
  readonly sweepId: string;
  readonly key: string;
  readonly config: TrialConfig;
  /** Null: it is never given up. */
  readonly race: Race | null;
}

export interface TrialTraining {
  readonly store: SweepStore;
  readonly checkpoints: CheckpointStore;
  readonly checkpointIntervalMs: number;
  readonly trainer: Trainer;
  readonly turns: LoneTurns;
  /** Names this worker in what the sweep's events say. */
  readonly worker: string;
  readonly leaseMs: number;
  /** `share` of the budget of epochs that is spent. */
  readonly onEpoch: (epoch: number, share: number) => void;
}

/**
 * Trains the claimed trial from its last good checkpoint, or from its beginning, and writes its end. What it recorded is kept however it
 * ends, and where another attempt will go on, so is where it stood.
 */
export async function trainClaimedTrial(
  training: TrialTraining,
  trial: ClaimedTrial,
  recorder: TrialRecorder,
): Promise<FinalTrialState> {
  const { store, checkpoints } = training;
  const { cancellationSignal: signal, log } = Context.current();
  let endTurn: (() => void) | null = null;
  try {
    endTurn = await takeLoneTurn(training, trial, signal);
    const { outcome, hasCheckpoints } = await trainFromCheckpoint(training, trial, recorder, endTurn !== null);
    if ('error' in outcome) throw outcome.error;
    const { epochs, layers } = recorder.close();
    const records = { epochs, layers: [...layers, ...(outcome.layers ?? [])] };
    await inSpan('write', { 'initsweep.epochs': epochs.length, 'initsweep.layers': records.layers.length }, () =>
      patiently(() => store.finishTrial(trial, outcome.result, records), signal),
    );
    if (hasCheckpoints) {
      await checkpoints.discard(trial.trialId).catch((error: unknown) => {
        log.warn('the checkpoints of a trial that ended were left for the collector', {
          trialId: trial.trialId,
          error,
        });
      });
    }
    return outcome.result.state;
  } catch (error) {
    if (error instanceof StaleFenceError) recorder.close();
    else await keepLast(training, trial, recorder.close());
    throw error;
  } finally {
    endTurn?.();
  }
}

/** `hasCheckpoints`: there may be some of this trial now. */
async function trainFromCheckpoint(
  { store, trainer, checkpoints, checkpointIntervalMs, worker, onEpoch }: TrialTraining,
  { sweepId, trialId, fence, key, config, race }: ClaimedTrial,
  recorder: TrialRecorder,
  alone: boolean,
): Promise<{ readonly outcome: TrialOutcome; readonly hasCheckpoints: boolean }> {
  const { cancellationSignal, log } = Context.current();
  const stop = stopSignals(() => store.isPaused(sweepId));
  let hasCheckpoints = false;
  /** Aborted with the error when it cannot be decided whether the trial goes on. */
  const undecided = new AbortController();
  const askAtRung = async (question: RungQuestion): Promise<RungAnswer> => {
    try {
      return await patiently(() => race!.answer({ trialId, fence }, question), cancellationSignal);
    } catch (error) {
      undecided.abort(error);
      throw error;
    }
  };
  const train = async (start: StoredCheckpoint | null): Promise<TrialOutcome> => {
    const id = `${trialId}/${fence}`;
    const [outcome] = await trainer.train(
      [{ id, config, alone, ...(start && { checkpoint: start.bytes }), ...(race && { rungs: race.rungs }) }],
      (progress) => {
        recorder.add(progress);
        onEpoch(progress.epoch.epoch, config.epochs === 0 ? 1 : progress.epoch.epoch / config.epochs);
      },
      AbortSignal.any([stop.abort, recorder.signal, undecided.signal]),
      {
        intervalMs: checkpointIntervalMs,
        onCheckpoint: ({ epoch, step, bytes }) => {
          hasCheckpoints = true;
          recorder.keep({ key, epoch, step, bytes });
        },
        handOver: stop.handOver,
      },
      askAtRung,
    );
    if (outcome === undefined) throw new BugError('a trainer answered one job with no outcome', { id });
    return outcome;
  };
  try {
    for (;;) {
      const start = await inSpan('findCheckpoint', {}, () =>
        patiently(() => checkpoints.latest(trialId, key), cancellationSignal),
      );
      if (start !== null) {
        hasCheckpoints = true;
        log.info('going on from a checkpoint', { trialId, epoch: start.epoch, step: start.step });
        await tellEvent(
          store,
          {
            id: `${trialId}/${fence}/from/${start.step}`,
            sweepId,
            kind: 'trialResumed',
            detail: `Trial row ${trialId} goes on from its checkpoint in epoch ${start.epoch}, step ${start.step}.`,
            worker,
          },
          (error) => log.warn('a resumption could not be marked', { trialId, error }),
        );
      }
      const outcome = await inSpan('train', { 'initsweep.fromStep': start?.step ?? 0 }, () => train(start));
      const isRefused = start !== null && 'error' in outcome && outcome.error instanceof CheckpointError;
      if (!isRefused) return { outcome, hasCheckpoints };
      log.warn('a checkpoint cannot be gone on from; trying the one before', {
        trialId,
        step: start.step,
        error: outcome.error,
      });
      await patiently(() => checkpoints.drop(start), cancellationSignal);
    }
  } finally {
    stop.dispose();
  }
}

/** The error that ended the training matters more than one of these last writes. */
async function keepLast(
  { store, checkpoints, leaseMs }: TrialTraining,
  trial: Fenced,
  { epochs, layers, checkpoint }: UnwrittenRecords,
): Promise<void> {
  try {
    if (epochs.length > 0) await store.recordProgress(trial, epochs, layers, leaseMs);
    if (checkpoint !== null) await saveCheckpoint(checkpoints, trial, checkpoint);
  } catch (error) {
    if (!(error instanceof MachineError || error instanceof StaleFenceError)) throw error;
    Context.current().log.warn('what a trial recorded last could not be written', { trialId: trial.trialId, error });
  }
}
