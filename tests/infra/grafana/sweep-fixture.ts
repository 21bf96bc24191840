import type pg from 'pg';
import type { TrialState } from '../../../core/trial/trial-record.ts';

export interface FixtureTrial {
  readonly initializer: string;
  readonly state: TrialState;
  readonly activation?: string;
  readonly depth?: number;
  readonly width?: number;
  readonly epochsToTarget?: number;
  readonly testAccuracy?: number;
  /** Validation losses of epochs 0, 1, ...; null is one that was not finite. */
  readonly losses: readonly (number | null)[];
  /** What each probe saw is multiplied by it. */
  readonly signal?: number;
}

const digest = '0'.repeat(64);

/** Inserts a sweep with these trials; each has two layers probed at its first and its last epoch. */
export async function insertSweep(
  client: pg.Client,
  id: string,
  trials: readonly FixtureTrial[],
  options: { readonly widths?: readonly number[]; readonly target?: boolean } = {},
): Promise<void> {
  const { widths = [16], target = true } = options;
  const one = ['only'];
  const axes = { width: widths, learningRate: one, optimizer: one, batchSize: one, dataset: one };
  await insert(client, 'sweep', {
    id,
    workflow_id: `${id}-workflow`,
    name: `it's ${id}`,
    spec: { axes },
    trial_count: 40,
  });
  for (const [number, trial] of trials.entries()) await insertTrial(client, id, number, trial, target);
  await client.query('SELECT refresh_cells(100000, true)');
}

async function insertTrial(
  client: pg.Client,
  sweepId: string,
  number: number,
  trial: FixtureTrial,
  target: boolean,
): Promise<void> {
  const last = trial.losses.length - 1;
  const isRunning = trial.state === 'running';
  const isHeld = !['failed', 'cancelled'].includes(trial.state);
  const isPruned = trial.state === 'pruned';
  const result = {
    epochs_to_target: trial.epochsToTarget,
    steps_to_target: trial.epochsToTarget,
    epochs_run: last,
    steps_run: last,
    test_loss: isPruned ? null : trial.losses[last],
    test_accuracy: trial.testAccuracy,
    parameter_count: 1,
    weights_hash: digest,
    dataset_hash: digest,
    duration_ms: last,
  };
  const trialId = await insert(client, 'trial', {
    scope: isHeld && !isPruned ? '' : null,
    key: `${sweepId}-${number}`,
    state: trial.state,
    lease_until: isRunning ? '2026-06-02' : null,
    reason: isRunning ? null : `ended as ${trial.state}`,
    config: {},
    initializer: trial.initializer,
    activation: trial.activation ?? 'relu',
    depth: trial.depth ?? 2,
    width: trial.width ?? 16,
    learning_rate: 0.1,
    optimizer: 'sgd',
    batch_size: 32,
    dataset: 'digits',
    seed: number,
    epoch_budget: 30,
    target_metric: target ? 'validationAccuracy' : null,
    target_threshold: target ? 0.9 : null,
    worker: 'worker-1',
    attempt: 1,
    backend: 'cpu',
    arithmetic: 'cpu-1',
    versions: {},
    workflow_run_id: 'run',
    started_at: '2026-06-01T00:00:00Z',
    finished_at: isRunning ? null : '2026-06-01T00:10:30Z',
    ...(isHeld && !isRunning ? result : {}),
  });
  await insert(client, 'sweep_trial', { sweep_id: sweepId, number, trial_id: trialId, reused: false });
  for (const [epoch, loss] of trial.losses.entries()) {
    const accuracy = loss === null ? null : 1 / (1 + loss);
    const losses = { train_loss: loss, validation_loss: loss };
    const accuracies = { train_accuracy: accuracy, validation_accuracy: accuracy };
    await insert(client, 'epoch', { trial_id: trialId, epoch, step: epoch, ...losses, ...accuracies });
  }
  for (const epoch of new Set([0, last])) {
    for (const layer of [1, 2]) {
      const value = trial.losses[epoch] === null ? null : (trial.signal ?? 1) / (layer + epoch);
      const signals = {
        activation_variance: value,
        pre_activation_variance: value,
        gradient_norm: value,
        saturated_share: 0.5,
        unit_cosine: 0.25,
      };
      await insert(client, 'layer', { trial_id: trialId, epoch, layer, ...signals });
    }
  }
}

/** Inserts one row and answers its first column. */
async function insert(client: pg.Client, table: string, row: Readonly<Record<string, unknown>>): Promise<unknown> {
  const columns = Object.keys(row);
  const { rows } = await client.query<Record<string, unknown>>(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')}) RETURNING *`,
    Object.values(row),
  );
  return Object.values(rows[0] ?? {})[0];
}
