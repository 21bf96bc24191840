import { StaleFenceError } from '../core/errors.ts';
import { createPlan } from '../core/sweep/plan.ts';
import type { TrialResult } from '../core/trial/trial-record.ts';
import { isHeld, ownTrial, trialColumns } from './claims.ts';
import { lock, stateUnderFence } from './database.ts';
import { requireFinite } from './finite.ts';
import { grouped } from './grouped.ts';
import type { PrismaClient } from './generated/client.ts';
import { recordsOfWritten, requireFiniteRecords } from './records.ts';
import { readSweep } from './sweeps.ts';
import type { Fenced, TrialFailure, TrialRecords } from './sweep-store.ts';

/** A trial's end with its last records and a result. */
export interface Ending {
  readonly trial: Fenced;
  readonly result: TrialResult;
  readonly records: TrialRecords;
}

/**
 * Ends trials; those that end at once share a statement. A repeat leaves the first result. Throws StaleFenceError also when the same claim was
 * ended without a result.
 */
export function trialFinisher(client: PrismaClient): (ending: Ending) => Promise<void> {
  const finish = grouped((endings: readonly Ending[]) => finishTrials(client, endings));
  return async (ending) => {
    requireFinite(ending.result);
    requireFiniteRecords(ending.records);
    if (await finish(ending)) return;
    const state = await stateUnderFence(client, ending.trial);
    if (state === 'failed' || state === 'cancelled') {
      throw new StaleFenceError(`Trial ${ending.trial.trialId} was ended as ${state}; its result comes too late.`);
    }
  };
}

/** Whether each trial was running under its fence, and so is ended. */
async function finishTrials(client: PrismaClient, endings: readonly Ending[]): Promise<boolean[]> {
  const rows = endings.map(({ trial: { trialId, fence }, result }) => ({ ...result, trialId, fence: String(fence) }));
  const written = await client.$queryRaw<{ id: bigint }[]>`
    WITH written AS (
      UPDATE trial SET
        state = ended.state, reason = ended.reason, lease_until = NULL, finished_at = clock_timestamp(),
        -- Given up for what others of its sweep had come to: no other sweep is to find it under its key.
        scope = CASE WHEN ended.state = 'pruned' THEN NULL ELSE trial.scope END,
        epochs_to_target = ended."epochsToTarget", steps_to_target = ended."stepsToTarget",
        epochs_run = ended."epochsRun", steps_run = ended."stepsRun",
        test_loss = ended."testLoss", test_accuracy = ended."testAccuracy",
        best_validation_loss = ended."bestValidationLoss", best_validation_accuracy = ended."bestValidationAccuracy",
        parameter_count = ended."parameterCount", weights_hash = ended."weightsHash", dataset_hash = ended."datasetHash",
        duration_ms = ended."durationMs"
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS ended ("trialId" bigint, fence bigint, state trial_state,
        reason text, "epochsToTarget" int, "stepsToTarget" bigint, "epochsRun" int, "stepsRun" bigint,
        "testLoss" double precision, "testAccuracy" double precision, "bestValidationLoss" double precision,
        "bestValidationAccuracy" double precision, "parameterCount" bigint, "weightsHash" text, "datasetHash" text,
        "durationMs" double precision)
      WHERE trial.id = ended."trialId" AND trial.fence = ended.fence AND trial.state = 'running'
      RETURNING trial.id
    ) ${recordsOfWritten(endings.map(({ trial, records }) => ({ trialId: trial.trialId, ...records })))}
    SELECT id FROM written`;
  const ids = new Set(written.map(({ id }) => String(id)));
  return endings.map(({ trial }) => ids.has(trial.trialId));
}

/** An end without a result, by the one who holds the trial; its key is free again. A trial that has ended stays as it is. */
export async function abandonTrial(
  client: PrismaClient,
  trial: Fenced,
  state: 'cancelled' | 'failed',
  reason: string,
): Promise<void> {
  const abandoned = await client.$executeRaw`
    UPDATE trial SET state = ${state}::trial_state, reason = ${reason}, scope = NULL, lease_until = NULL, finished_at = clock_timestamp()
    WHERE id = ${trial.trialId}::bigint AND fence = ${trial.fence}::bigint AND state = 'running'`;
  if (abandoned === 0) await stateUnderFence(client, trial);
}

/**
 * The orchestrator's word that no attempt lives: an unfinished trial of the owner ends, a number that none ever claimed gets a row that
 * says so. What is held stays.
 */
export async function recordFailure(client: PrismaClient, failure: TrialFailure): Promise<void> {
  const { sweepId, number, key, state, reason, kind = null } = failure;
  await client.$transaction(async (database) => {
    const now = await lock(database, { sweep: sweepId, owner: String(number), key: '' });
    const own = await ownTrial(database, failure);
    if (own === null) {
      const { spec } = await readSweep(database, sweepId);
      await database.trial.create({
        data: {
          ...trialColumns(createPlan(spec).decode(number).config),
          key,
          state,
          reason,
          failureKind: kind,
          finishedAt: now,
          sweeps: { create: { sweepId, number, reused: false } },
        },
      });
    } else if (!isHeld(own.state)) {
      await database.$executeRaw`
        UPDATE trial SET state = ${state}::trial_state, reason = ${reason}, failure_kind = ${kind}, scope = NULL, lease_until = NULL,
          fence = fence + 1, finished_at = clock_timestamp()
        WHERE id = ${own.id}::bigint AND (state, reason) IS DISTINCT FROM (${state}::trial_state, ${reason})`;
    }
  });
}
