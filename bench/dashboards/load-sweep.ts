import type pg from 'pg';

export interface LargeSweep {
  readonly id: string;
  readonly initializers: readonly string[];
  readonly activations: readonly string[];
  readonly depths: readonly number[];
  readonly learningRates: readonly number[];
  /** Trials of each cell. */
  readonly seeds: number;
  /** Epochs of each trial, all of them recorded. */
  readonly epochs: number;
}

/** 100,000 trials of 50 epochs. */
export const largeSweep: LargeSweep = {
  id: 'large',
  initializers: [
    'heNormal',
    'heUniform',
    'glorotNormal',
    'glorotUniform',
    'lecunNormal',
    'orthogonal',
    'lsuv',
    'normal(sd=0.01)',
    'normal(sd=1)',
    'zeros',
  ],
  activations: ['relu', 'tanh', 'sigmoid', 'gelu', 'selu'],
  depths: [2, 4, 8, 16],
  learningRates: [0.001, 0.003, 0.01, 0.03, 0.1],
  seeds: 100,
  epochs: 50,
};

/**
 * Fills a migrated database with a finished sweep of made-up but plausible trials (most converge, some never do, some diverge), and computes
 * its cells. The server makes the rows itself, so that five million epochs take a minute or two.
 */
export async function loadLargeSweep(client: pg.Client, sweep: LargeSweep): Promise<void> {
  const { id, initializers, activations, depths, learningRates, seeds, epochs } = sweep;
  const cells = initializers.length * activations.length * depths.length * learningRates.length;
  const axes = {
    initializer: initializers,
    activation: activations,
    depth: depths,
    learningRate: learningRates,
    width: [64],
    optimizer: ['adam'],
    batchSize: [64],
    dataset: ['digits'],
    seed: Array.from({ length: seeds }, (_, seed) => seed + 1),
  };
  await client.query(
    `INSERT INTO sweep (id, workflow_id, name, spec, trial_count, state, reason, created_at, closed_at)
     VALUES ($1, $1, $1, $2, $3, 'completed', 'all trials ended', now() - interval '5 hours', now())`,
    [id, JSON.stringify({ axes }), cells * seeds],
  );
  await client.query(
    `INSERT INTO trial (scope, key, state, reason, config, initializer, activation, depth, width, learning_rate, optimizer, batch_size,
       dataset, seed, epoch_budget, target_metric, target_threshold, epochs_to_target, steps_to_target, epochs_run, steps_run, test_loss,
       test_accuracy, best_validation_loss, best_validation_accuracy, parameter_count, weights_hash, dataset_hash, duration_ms,
       worker, attempt, backend, arithmetic, versions, workflow_run_id, started_at, finished_at)
     SELECT '', $1 || '/' || number, state, 'made up', '{}', initializer, activation, depth, 64, learning_rate, 'adam', 64,
       'digits', seed, $7::int, 'validationAccuracy', 0.9,
       CASE WHEN state = 'converged' THEN reached END, CASE WHEN state = 'converged' THEN reached * 20 END, $7::int, $7::int * 20,
       0.1 + quality, 0.99 - quality / 2, 0.1 + quality, 0.99 - quality / 2, 10000, repeat('0', 64), repeat('0', 64), 1000 + 5000 * quality,
       'worker-' || number % 4, 1 + (number % 50 = 0)::int, 'wasm', 'wasm-1', '{}', 'run',
       at - interval '30 seconds', at
     FROM (
       SELECT g.*, 1 + (quality * $7::int)::int AS reached,
         (CASE WHEN quality < 0.75 THEN 'converged' WHEN quality < 0.95 THEN 'notConverged' ELSE 'diverged' END)::trial_state AS state,
         now() - interval '5 hours' + number * (interval '5 hours' / $8::int) AS at
       FROM (
         SELECT i.initializer, a.activation, d.depth, r.learning_rate, seed,
           (((seed - 1) * $8::int / $6::int) + (a.n - 1) * ($8::int / $6::int / $9::int)
             + ((d.n - 1) * $10::int + r.n - 1) * $11::int + i.n - 1)::int AS number,
           (abs(hashint8(hashtextextended(i.initializer || a.activation || d.depth || r.learning_rate || seed, 0))) % 1000) / 1000.0
             * 0.7 + i.n * 0.03 AS quality
         FROM unnest($2::text[]) WITH ORDINALITY AS i (initializer, n), unnest($3::text[]) WITH ORDINALITY AS a (activation, n),
           unnest($4::int[]) WITH ORDINALITY AS d (depth, n), unnest($5::float8[]) WITH ORDINALITY AS r (learning_rate, n),
           generate_series(1, $6::int) AS seed
       ) g
     ) t`,
    [
      id,
      initializers,
      activations,
      depths,
      learningRates,
      seeds,
      epochs,
      cells * seeds,
      activations.length,
      learningRates.length,
      initializers.length,
    ],
  );
  await client.query(
    `INSERT INTO sweep_trial (sweep_id, number, trial_id, reused)
     SELECT $1, split_part(key, '/', 2)::int, id, false FROM trial WHERE key LIKE $1 || '/%'`,
    [id],
  );
  // Five million times the same foreign key would be most of the time.
  await client.query('SET session_replication_role = replica');
  await client.query(
    `INSERT INTO epoch (trial_id, epoch, step, train_loss, train_accuracy, validation_loss, validation_accuracy)
     SELECT t.id, e, e * 20, loss, 1 / (1 + loss), loss * 1.1, 1 / (1 + loss * 1.1)
     FROM trial t, generate_series(0, $2::int) AS e,
       LATERAL (SELECT CASE WHEN t.state <> 'diverged' OR e < 10 THEN t.test_loss + 2 * exp(-e / 8.0) END AS loss) l
     WHERE t.key LIKE $1 || '/%'`,
    [id, epochs],
  );
  await client.query(
    `INSERT INTO layer (trial_id, epoch, layer, activation_mean, activation_variance, pre_activation_variance, saturated_share,
       gradient_norm, backpropagated_variance, unit_cosine)
     SELECT t.id, e, y, 0.1, exp(-y * t.test_loss / 4), exp(-y * t.test_loss / 4), 0.1, exp(-y * 0.1), exp(-y * 0.2), 0.05
     FROM trial t, unnest(ARRAY[0, 1, $2::int]) AS e, generate_series(1, t.depth + 1) AS y
     WHERE t.key LIKE $1 || '/%'`,
    [id, epochs],
  );
  await client.query('SET session_replication_role = origin');
  await client.query('ANALYZE');
  for (;;) {
    const { rows } = await client.query<{ taken: number }>('SELECT refresh_cells(20000, true) AS taken');
    if (rows[0]!.taken === 0) break;
  }
  await client.query('VACUUM ANALYZE');
}
