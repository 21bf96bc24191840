import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseActivation, parseInitializer } from '../../core/sweep/parse-choice.ts';
import type { SweepSpec } from '../../core/sweep/sweep-spec.ts';
import { predictLayers } from '../../core/theory/predict-layers.ts';
import { cellOf, cellParts } from '../../core/trial/labels.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import type { Fenced, SweepStore } from '../../storage/sweep-store.ts';
import { claim, claimedIn, epoch, layer, result, spec, sweep } from '../contracts/sweep-store-samples.ts';
import { SweepStoreModel } from '../contracts/sweep-store-model.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';

let database: TestDatabase;
let store: SweepStore & { close(): Promise<void> };
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
  client = new pg.Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await store.close();
  await client.end();
  await database.drop();
});

async function opened(): Promise<string> {
  const id = randomUUID();
  await store.openSweep(sweep(id));
  return id;
}

const claimed = (...call: Parameters<typeof claim>): Promise<Fenced> => claimedIn(store, ...call);

/** What the cells say, and the same counted from the trials themselves. */
async function countsOf(sweepId: string): Promise<{ kept: unknown; counted: unknown }> {
  const counts = `count(*) FILTER (WHERE t.state NOT IN ('running', 'failed', 'cancelled'))::int AS trials,
    count(*) FILTER (WHERE t.state = 'converged')::int AS converged, count(*) FILTER (WHERE t.state = 'failed')::int AS failed,
    count(*) FILTER (WHERE t.state = 'cancelled')::int AS cancelled, count(*) FILTER (WHERE l.reused)::int AS reused`;
  const kept = await client.query(
    `SELECT initializer, depth, trials, converged, failed, cancelled, reused FROM cell
     WHERE sweep_id = $1 ORDER BY initializer, depth`,
    [sweepId],
  );
  const counted = await client.query(
    `SELECT c.initializer, c.depth, ${counts}
     FROM sweep_trial l JOIN trial t ON t.id = l.trial_id LEFT JOIN cell c ON c.id = l.cell_id
     WHERE l.sweep_id = $1 GROUP BY 1, 2 ORDER BY 1, 2`,
    [sweepId],
  );
  return { kept: kept.rows, counted: counted.rows };
}

test('cells end as their trials are, whatever claims, retries, takeovers and failures came before', async () => {
  const owner = fc.integer({ min: 0, max: 3 });
  const key = fc.integer({ min: 0, max: 2 });
  const handle = fc.integer({ min: 0, max: 9 });
  const lives = fc.boolean();
  const step = fc.oneof(
    fc.record({ kind: fc.constant('claim' as const), owner, key, lives }),
    fc.record({
      kind: fc.constant('fail' as const),
      owner,
      state: fc.constantFrom('failed' as const, 'cancelled' as const),
    }),
    fc.record({ kind: fc.constantFrom('progress' as const, 'finish' as const, 'abandon' as const), handle, lives }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), fc.nat(24), async (steps, refreshAfter) => {
      const model = new SweepStoreModel(store, randomUUID());
      const ids = [model.owner(0).sweepId, model.owner(2).sweepId];
      for (const id of ids) await store.openSweep(sweep(id));
      for (const [index, each] of steps.entries()) {
        await model.step(each);
        if (index === refreshAfter) await client.query('SELECT refresh_cells(3, false)');
      }
      for (const id of ids) {
        await store.progress(id);
        const { kept, counted } = await countsOf(id);
        expect(kept).toEqual(expect.arrayContaining(counted as unknown[]));
        const trialsOf = (cells: unknown) =>
          (cells as { trials: number }[]).reduce((sum, { trials }) => sum + trials, 0);
        expect(trialsOf(kept)).toBe(trialsOf(counted));
      }
    }),
    { numRuns: 10 },
  );
});

test('a trial taken over counts in both sweeps, as reused in the second', async () => {
  const [first, second] = [await opened(), await opened()];
  const key = randomUUID();
  const trial = await claimed(first, 0, key);
  await store.finishTrial(trial, result());
  expect((await store.claimTrial(claim(second, 0, key))).kind).toBe('held');
  await store.progress(second);
  for (const [id, reused] of [
    [first, 0],
    [second, 1],
  ] as const) {
    const { kept, counted } = await countsOf(id);
    expect(kept).toEqual([expect.objectContaining({ trials: 1, converged: 1, reused })]);
    expect(kept).toEqual(counted);
  }
});

test('a closed sweep counts the trials that its closing cancelled, without anybody asking', async () => {
  const id = await opened();
  await claimed(id, 0, randomUUID());
  await store.closeSweep(id, 'cancelled', 'a person cancelled it');
  const { kept } = await countsOf(id);
  expect(kept).toEqual([expect.objectContaining({ trials: 0, cancelled: 1 })]);
});

test('a trial that has ended has its epochs and layers packed in their order, gaps and all', async () => {
  const id = await opened();
  const trial = await claimed(id, 0, randomUUID());
  const layers = [layer(4, 2, { gradientNorm: null }), layer(4, 1), layer(0, 1, { gradientNorm: 7 })];
  await store.finishTrial(trial, result(), {
    epochs: [epoch(4), epoch(0), epoch(1, { validationLoss: null })],
    layers,
  });
  await store.progress(id);
  const epochs = await client.query('SELECT * FROM trial_epochs WHERE trial_id = $1', [trial.trialId]);
  expect(epochs.rows).toEqual([
    expect.objectContaining({
      last_epoch: 4,
      train_loss: [1, 0.5, null, null, 0.2],
      validation_loss: [0.5, null, null, null, 0.5],
    }),
  ]);
  const packed = await client.query(
    'SELECT epoch, is_last, gradient_norm FROM trial_layers WHERE trial_id = $1 ORDER BY 1',
    [trial.trialId],
  );
  expect(packed.rows).toEqual([
    { epoch: 0, is_last: false, gradient_norm: [7] },
    { epoch: 4, is_last: true, gradient_norm: [1e-30, null] },
  ]);
});

test('each claim of a trial is kept as an attempt', async () => {
  const id = await opened();
  const key = randomUUID();
  await claimed(id, 0, key);
  const second = await claimed(id, 0, key);
  await store.finishTrial(second, result());
  const { rows } = await client.query('SELECT claim, ended_as FROM trial_claim WHERE sweep_id = $1 ORDER BY claim', [
    id,
  ]);
  expect(rows).toEqual([
    { claim: '1', ended_as: 'released' },
    { claim: '2', ended_as: 'converged' },
  ]);
});

const blocks = { name: 'residual', blockLayers: 2 } as const;
const mlp = { name: 'mlp' } as const;

test.each([
  { network: mlp, normalization: { name: 'none' } },
  { network: blocks, normalization: { name: 'none' } },
  { network: mlp, normalization: { name: 'layer' } },
  { network: blocks, normalization: { name: 'layer' } },
] as const)(
  'a sweep that is closed has the theory of its probed networks, from what the first layer was measured to have: $network.name, $normalization.name',
  async (build) => {
    const id = await opened();
    for (const [number, variance] of [
      [0, 2],
      [4, 8],
    ] as const) {
      const { config } = claim(id, number, '');
      const trial = await claimed(id, number, randomUUID(), { config: { ...config, ...build, depth: 4 } });
      await store.finishTrial(trial, result(), {
        epochs: [epoch(0)],
        layers: [layer(0, 1, { preActivationVariance: variance })],
      });
    }
    await store.closeSweep(id, 'completed', 'all trials ended');
    const { rows } = await client.query(
      `SELECT c.initializer, c.activation, c.width, h.layer, h.activation_variance, h.backpropagated_ratio, h.gradient_ratio
       FROM cell_theory h JOIN cell c ON c.id = h.cell_id WHERE c.sweep_id = $1 ORDER BY h.layer`,
      [id],
    );
    const [cell] = rows as { initializer: string; activation: string; width: number }[];
    expect(rows).toHaveLength(4);
    const predicted = predictLayers({
      ...build,
      initializer: parseInitializer(cell!.initializer),
      activation: parseActivation(cell!.activation),
      layerSizes: Array<number>(6).fill(cell!.width),
      // Geometric mean of 2 and 8.
      firstVariance: 4,
    })!;
    for (const row of rows as { layer: number; activation_variance: number; backpropagated_ratio: number }[]) {
      const own = predicted[row.layer - 1]!;
      // 1e-12: the server's exp and ln against JavaScript's.
      expect(row.activation_variance / own.activationVariance).toBeCloseTo(1, 12);
      const ratio = (own.backpropagatedRatio / predicted[3]!.backpropagatedRatio) ** 2;
      expect(row.backpropagated_ratio / ratio).toBeCloseTo(1, 12);
    }
    expect(rows.at(-1)).toMatchObject({ backpropagated_ratio: 1, gradient_ratio: 1 });
    expect(rows[0]).toMatchObject({ gradient_ratio: null });
  },
);

test('networks that theory says nothing of are left out, however many there are', async () => {
  const id = await opened();
  const silent = [
    { normalization: { name: 'batch' } },
    { network: { name: 'convolution', kernelSize: 3 } },
    { initializer: { name: 'constant', value: 0.1 } },
  ] as const;
  for (const [number, build] of silent.entries()) {
    const { config } = claim(id, number, '');
    const trial = await claimed(id, number, randomUUID(), { config: { ...config, ...build } });
    await store.finishTrial(trial, result(), { epochs: [epoch(0)], layers: [layer(0, 1)] });
  }
  await store.closeSweep(id, 'completed', 'all trials ended');
  const { rows } = await client.query(
    'SELECT FROM cell_theory h JOIN cell c ON c.id = h.cell_id WHERE c.sweep_id = $1',
    [id],
  );
  expect(rows).toEqual([]);
});

test("a cell's setting has the words that people read elsewhere, for the axes that vary", async () => {
  const id = randomUUID();
  const { axes, ...others } = spec;
  const varied: SweepSpec = {
    ...others,
    axes: {
      ...axes,
      network: [mlp, blocks],
      normalization: [{ name: 'none' }, { name: 'layer' }, { name: 'batch' }],
      width: [16, 64],
      learningRate: [0.1, 0.00003],
      optimizer: [{ name: 'sgd' }, { name: 'momentum', momentum: 0.8 }],
      batchSize: [32, 64],
      dataset: [
        { name: 'digits', split: 0 },
        { name: 'spirals', examples: 500, noise: 0.1, seed: 0, split: 0 },
      ],
    },
  };
  await store.openSweep({ ...sweep(id), spec: varied });
  const last = Object.fromEntries(Object.entries(varied.axes).map(([axis, values]) => [axis, values.at(-1)]));
  const { config } = claim(id, 0, '');
  const configs: TrialConfig[] = [
    config,
    { ...config, normalization: { name: 'layer' } },
    { ...config, ...last, activation: config.activation, seed: 1 },
  ];
  for (const [number, each] of configs.entries()) await claimed(id, number, randomUUID(), { config: each });
  await store.progress(id);
  const { rows } = await client.query<{ setting: string }>(
    'SELECT c.setting FROM sweep_trial l JOIN cell c ON c.id = l.cell_id WHERE l.sweep_id = $1 ORDER BY l.number',
    [id],
  );
  const alwaysTold = ['initializer', 'activation', 'depth'];
  expect(rows.map(({ setting }) => setting)).toEqual(
    configs.map((each) => cellParts(cellOf(each), (axis) => !alwaysTold.includes(axis)).join(', ')),
  );
  expect(rows[0]!.setting).toMatch(/^mlp, no normalization, width 16, /);
});
