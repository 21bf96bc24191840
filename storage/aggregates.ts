import type { FinalTrialState, TrialState } from '../core/trial/trial-record.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import { noSuchSweep } from './sweeps.ts';
import type { CellSummary, SweepProgress, TrialLayerRow, TrialOutcomeRow } from './sweep-store.ts';

const noTrials: Record<TrialState, number> = {
  running: 0,
  converged: 0,
  notConverged: 0,
  diverged: 0,
  failed: 0,
  cancelled: 0,
  pruned: 0,
};

/**
 * Counts by state, and the best cell so far: the largest share converged, then the fewest median epochs to the target, then the best
 * median on the test split.
 */
export async function progress(client: PrismaClient, sweepId: string): Promise<SweepProgress> {
  const sweep = await client.sweep.findUnique({ where: { id: sweepId }, select: { trialCount: true } });
  if (sweep === null) throw noSuchSweep(sweepId);
  const [counts, best] = await Promise.all([
    client.$queryRaw<
      { state: TrialState; trials: number; reused: number; epochsPlanned: number; epochsSpared: number }[]
    >`
      SELECT t.state::text, count(*)::int AS trials, (count(*) FILTER (WHERE l.reused))::int AS reused,
        coalesce(sum(t.epoch_budget) FILTER (WHERE NOT l.reused AND t.epochs_run IS NOT NULL), 0)::double precision AS "epochsPlanned",
        coalesce(sum(t.epoch_budget - t.epochs_run) FILTER (WHERE NOT l.reused AND t.state = 'pruned'), 0)::double precision AS "epochsSpared"
      FROM sweep_trial l JOIN trial t ON t.id = l.trial_id
      WHERE l.sweep_id = ${sweepId} GROUP BY t.state`,
    client.$queryRaw<CellSummary[]>`
      SELECT initializer, activation, network, normalization, depth, width, learning_rate AS "learningRate", optimizer, batch_size AS "batchSize", dataset,
        trials::int, converged::int, median_epochs_to_target AS "medianEpochsToTarget",
        median_test_accuracy AS "medianTestAccuracy", median_test_loss AS "medianTestLoss"
      FROM cell_summary
      WHERE sweep_id = ${sweepId} AND trained > 0
      ORDER BY converged_share DESC, median_epochs_to_target, median_test_accuracy DESC NULLS LAST, median_test_loss,
        initializer, activation, network, normalization, depth
      LIMIT 1`,
  ]);
  const sumOf = (column: 'reused' | 'epochsPlanned' | 'epochsSpared'): number =>
    counts.reduce((sum, row) => sum + row[column], 0);
  return {
    total: sweep.trialCount,
    states: { ...noTrials, ...Object.fromEntries(counts.map(({ state, trials }) => [state, trials])) },
    reused: sumOf('reused'),
    epochsPlanned: sumOf('epochsPlanned'),
    epochsSpared: sumOf('epochsSpared'),
    best: best[0] ?? null,
  };
}

/** The columns of a TrialOutcomeRow, of the tables `sweep_trial l` and `trial t`. */
export const outcomeColumns = Prisma.sql`
  l.number, t.id::text AS "trialId", t.state::text, coalesce(t.reason, '') AS reason, l.reused,
  t.initializer, t.activation, t.network, t.normalization, t.depth, t.width, t.learning_rate AS "learningRate", t.optimizer,
  t.batch_size AS "batchSize", t.dataset, t.seed::double precision AS seed,
  t.epochs_to_target AS "epochsToTarget", t.epochs_run AS "epochsRun",
  t.test_loss AS "testLoss", t.test_accuracy AS "testAccuracy", t.best_validation_loss AS "bestValidationLoss",
  t.best_validation_accuracy AS "bestValidationAccuracy", t.duration_ms AS "durationMs", t.backend`;

/** The sweep's trials in a final state, in order of their number. */
export async function outcomes(client: PrismaClient, sweepId: string): Promise<TrialOutcomeRow[]> {
  const rows = await client.$queryRaw<(Omit<TrialOutcomeRow, 'state'> & { state: FinalTrialState })[]>`
    SELECT ${outcomeColumns}
    FROM sweep_trial l JOIN trial t ON t.id = l.trial_id
    WHERE l.sweep_id = ${sweepId} AND t.state <> 'running'
    ORDER BY l.number`;
  if (rows.length === 0 && (await client.sweep.count({ where: { id: sweepId } })) === 0) throw noSuchSweep(sweepId);
  return rows;
}

/** The layers of those trials before training, in order of trial and layer. */
export async function initialLayers(client: PrismaClient, sweepId: string): Promise<TrialLayerRow[]> {
  const rows = await client.$queryRaw<TrialLayerRow[]>`
    SELECT y.trial_id::text AS "trialId", y.epoch, y.layer, y.activation_mean AS "activationMean",
      y.activation_variance AS "activationVariance", y.pre_activation_variance AS "preActivationVariance",
      y.saturated_share AS "saturatedShare", y.gradient_norm AS "gradientNorm",
      y.backpropagated_variance AS "backpropagatedVariance", y.unit_cosine AS "unitCosine"
    FROM layer y JOIN trial t ON t.id = y.trial_id
    WHERE t.state <> 'running' AND y.epoch = 0 AND y.trial_id IN (SELECT trial_id FROM sweep_trial WHERE sweep_id = ${sweepId})
    ORDER BY y.trial_id, y.layer`;
  if (rows.length === 0 && (await client.sweep.count({ where: { id: sweepId } })) === 0) throw noSuchSweep(sweepId);
  return rows;
}
