import { StaleFenceError } from '../core/errors.ts';
import { createPlan } from '../core/sweep/plan.ts';
import type { TrialResult } from '../core/trial/trial-record.ts';
import { isHeld, ownTrial, trialColumns } from './claims.ts';
import { lock, stateUnderFence } from './database.ts';
import { requireFinite } from './finite.ts';
import type { PrismaClient } from './generated/client.ts';
import { readSweep } from './sweeps.ts';
import type { Fenced, TrialFailure } from './sweep-store.ts';

/** The trial's end with a result. A repeat leaves the first result. Throws StaleFenceError also when the same claim was ended without a result. */
export async function finishTrial(client: PrismaClient, trial: Fenced, result: TrialResult): Promise<void> {
  requireFinite(result);
  const finished = await client.$executeRaw`
    UPDATE trial SET
      state = ${result.state}::trial_state, reason = ${result.reason}, lease_until = NULL, finished_at = clock_timestamp(),
      epochs_to_target = ${result.epochsToTarget}::int, steps_to_target = ${result.stepsToTarget}::bigint,
      epochs_run = ${result.epochsRun}::int, steps_run = ${result.stepsRun}::bigint,
      test_loss = ${result.testLoss}::double precision, test_accuracy = ${result.testAccuracy}::double precision,
      best_validation_loss = ${result.bestValidationLoss}::double precision,
      best_validation_accuracy = ${result.bestValidationAccuracy}::double precision,
      parameter_count = ${result.parameterCount}::bigint,
      weights_hash = ${result.weightsHash}, dataset_hash = ${result.datasetHash},
      duration_ms = ${result.durationMs}::double precision
    WHERE id = ${trial.trialId}::bigint AND fence = ${trial.fence}::bigint AND state = 'running'`;
  if (finished > 0) return;
  const state = await stateUnderFence(client, trial);
  if (state === 'failed' || state === 'cancelled') {
    throw new StaleFenceError(`Trial ${trial.trialId} was ended as ${state}; its result comes too late.`);
  }
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
  const { sweepId, number, key, state, reason } = failure;
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
          finishedAt: now,
          sweeps: { create: { sweepId, number, reused: false } },
        },
      });
    } else if (!isHeld(own.state)) {
      await database.$executeRaw`
        UPDATE trial SET state = ${state}::trial_state, reason = ${reason}, scope = NULL, lease_until = NULL,
          fence = fence + 1, finished_at = clock_timestamp()
        WHERE id = ${own.id}::bigint AND (state, reason) IS DISTINCT FROM (${state}::trial_state, ${reason})`;
    }
  });
}
