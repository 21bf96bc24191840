/** The store on PostgreSQL. How each guarantee of SweepStore is kept is written where it is kept: claims, records, endings, sweeps, aggregates, cells. */
import { UserError } from '../core/errors.ts';
import { initialLayers, outcomes, progress } from './aggregates.ts';
import { cellKeeper } from './cells.ts';
import type { CheckpointLocation } from './checkpoints/checkpoint-location.ts';
import type { CheckpointPlace } from './checkpoints/checkpoint-place.ts';
import type { CheckpointStore } from './checkpoints/checkpoint-store.ts';
import { openCheckpointPlace } from './checkpoints/open-checkpoint-place.ts';
import { createCheckpointStore } from './checkpoints/prisma-checkpoint-store.ts';
import { claimHistory, endClaim, markAlone } from './claim-history.ts';
import { trialClaimer } from './claims.ts';
import { connect } from './database.ts';
import { abandonTrial, recordFailure, trialFinisher } from './endings.ts';
import { recordEvent } from './events.ts';
import { evidence, probedOutcomes, probedPage, storeJudgement } from './judgements.ts';
import { recordProgressOfMany } from './records.ts';
import { passRungs, standAtRung } from './rungs.ts';
import { extendSweep, failedNumbers, isPaused, releaseTrial, setPaused } from './sweep-control.ts';
import { storageError } from './storage-error.ts';
import type { SweepStore } from './sweep-store.ts';
import { keepTheory } from './theory.ts';
import { closeSweep, listSweeps, openSweep, readSweep, reopenSweep } from './sweeps.ts';

export interface OpenStore extends SweepStore {
  /** Of the trials in this store. */
  readonly checkpoints: CheckpointStore;
  close(): Promise<void>;
}

/**
 * Connects to a migrated database; the bytes of checkpoints may be elsewhere. Use one store a process: it holds up to four connections. Throws MachineError when the database cannot
 * be reached, UserError when it has no tables of ours or the bucket for checkpoints refuses us.
 */
export async function openStore(
  databaseUrl: string,
  checkpointLocation: CheckpointLocation = { kind: 'database' },
): Promise<OpenStore> {
  const client = connect(databaseUrl);
  const cells = cellKeeper(client);
  const claimTrial = trialClaimer(client);
  const finishTrial = trialFinisher(client);
  const run = async <T>(
    method: string,
    context: Readonly<Record<string, unknown>>,
    call: () => Promise<T>,
  ): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw storageError(error, method, context);
    }
  };
  let place: CheckpointPlace | null;
  try {
    await run('open', {}, async () => {
      const [tables] = await client.$queryRaw<
        { found: boolean }[]
      >`SELECT to_regclass('sweep_trial') IS NOT NULL AS found`;
      if (tables?.found !== true)
        throw new UserError('The database has no tables of initsweep yet. Apply the migrations: initsweep up does.');
    });
    place = await openCheckpointPlace(checkpointLocation);
  } catch (error) {
    await client.$disconnect();
    throw error;
  }
  return {
    checkpoints: createCheckpointStore(client, place),
    openSweep: (sweep) => run('openSweep', { id: sweep.id }, () => openSweep(client, sweep)),
    readSweep: (id) => run('readSweep', { id }, () => readSweep(client, id)),
    listSweeps: (limit) => run('listSweeps', { limit }, () => listSweeps(client, limit)),
    closeSweep: (id, state, reason) =>
      run('closeSweep', { id, state }, async () => {
        await closeSweep(client, id, state, reason);
        await cells.now();
        await keepTheory(client, id);
      }),
    extendSweep: (id, spec, trialCount) =>
      run('extendSweep', { id, trialCount }, () => extendSweep(client, id, spec, trialCount)),
    setPaused: (id, paused) => run('setPaused', { id, paused }, () => setPaused(client, id, paused)),
    isPaused: (id) => run('isPaused', { id }, () => isPaused(client, id)),
    failedNumbers: (sweepId, after, limit) =>
      run('failedNumbers', { sweepId, after, limit }, () => failedNumbers(client, sweepId, after, limit)),
    reopenSweep: (id) => run('reopenSweep', { id }, () => reopenSweep(client, id)),
    claimTrial: (claim) =>
      run('claimTrial', { sweepId: claim.sweepId, number: claim.number, key: claim.key }, () => claimTrial(claim)),
    recordProgress: (trial, epochs, layers, leaseMs) =>
      run('recordProgress', { ...trial }, async () => {
        const [stale] = await recordProgressOfMany(client, [{ trial, epochs, layers }], leaseMs);
        if (stale) throw stale;
      }),
    recordProgressOfMany: (reports, leaseMs) =>
      run('recordProgressOfMany', { trialIds: reports.map(({ trial }) => trial.trialId) }, async () => {
        const errors = await recordProgressOfMany(client, reports, leaseMs);
        await cells.whenDue();
        return errors;
      }),
    finishTrial: (trial, result, records = { epochs: [], layers: [] }) =>
      run('finishTrial', { ...trial, result }, async () => {
        await finishTrial({ trial, result, records });
        await cells.whenDue();
      }),
    standAtRung: (trial, standing) =>
      run('standAtRung', { ...trial, ...standing }, () => standAtRung(client, trial, standing)),
    passRungs: (owner, epochs) => run('passRungs', { ...owner }, () => passRungs(client, owner, epochs)),
    abandonTrial: (trial, state, reason) =>
      run('abandonTrial', { ...trial, state }, () => abandonTrial(client, trial, state, reason)),
    releaseTrial: (trial) => run('releaseTrial', { ...trial }, () => releaseTrial(client, trial)),
    endClaim: (trial, end) => run('endClaim', { ...trial, end }, () => endClaim(client, trial, end)),
    markAlone: (trial) => run('markAlone', { ...trial }, () => markAlone(client, trial)),
    claimHistory: (trial) => run('claimHistory', { ...trial }, () => claimHistory(client, trial)),
    recordFailure: (failure) => run('recordFailure', { ...failure }, () => recordFailure(client, failure)),
    recordEvent: (event) => run('recordEvent', { ...event }, () => recordEvent(client, event)),
    progress: (sweepId) =>
      run('progress', { sweepId }, async () => {
        await cells.now();
        await keepTheory(client, sweepId);
        return progress(client, sweepId);
      }),
    outcomes: (sweepId) => run('outcomes', { sweepId }, () => outcomes(client, sweepId)),
    probedOutcomes: (sweepId) => run('probedOutcomes', { sweepId }, () => probedOutcomes(client, sweepId)),
    probedPage: (sweepId, after) => run('probedPage', { sweepId, after }, () => probedPage(client, sweepId, after)),
    initialLayers: (sweepId) => run('initialLayers', { sweepId }, () => initialLayers(client, sweepId)),
    evidence: (sweepId) => run('evidence', { sweepId }, () => evidence(client, sweepId)),
    storeJudgement: (sweepId, restsOn, judgement) =>
      run('storeJudgement', { sweepId }, () => storeJudgement(client, sweepId, restsOn, judgement)),
    close: () => {
      place?.close();
      return client.$disconnect();
    },
  };
}
