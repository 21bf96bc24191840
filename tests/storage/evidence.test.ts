import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EvidenceTrial } from '../../core/recommendation/evidence.ts';
import type { SweepSpec } from '../../core/sweep/sweep-spec.ts';
import { plainBuild, type NetworkBuild } from '../../core/networks/network.ts';
import { readEvidence } from '../../storage/evidence.ts';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import { withSweepReader } from '../../storage/sweep-reader.ts';
import { claim, claimedIn, result, spec, sweep } from '../contracts/sweep-store-samples.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';

let database: TestDatabase;

/** Trials 0 to 2 end in `first`, which `second` takes number 0 over from; `other` runs still; `third` holds what is no evidence, and a residual network; `race` gives trials up. */
beforeAll(async () => {
  database = await createTestDatabase();
  const store = await openStore(database.url);
  const open = async (id: string, more: Partial<SweepSpec> = {}) =>
    store.openSweep({ ...sweep(id), spec: { ...spec, name: id, ...more } });
  const claimed = (...call: Parameters<typeof claim>) => claimedIn(store, ...call);
  for (const id of ['first', 'second', 'other', 'third']) await open(id);
  for (const number of [0, 1, 2]) {
    const state = number === 2 ? ('diverged' as const) : ('converged' as const);
    const reached = state === 'converged' ? {} : { epochsToTarget: null, stepsToTarget: null, testLoss: null };
    await store.finishTrial(await claimed('first', number, `key ${number}`), result({ state, ...reached }));
  }
  const taken = await store.claimTrial(claim('second', 0, 'key 0'));
  if (taken.kind !== 'held') throw new Error(taken.kind);
  await store.finishTrial(await claimed('other', 3, 'key 3'), result());
  await store.abandonTrial(await claimed('third', 4, 'key 4'), 'failed', 'no luck');
  const { config } = claim('third', 5, 'key 5');
  const residual = { ...config, network: { name: 'residual' as const, blockLayers: 2 }, depth: 8 };
  await store.finishTrial(await claimed('third', 5, 'key 5', { config: residual }), result());
  await open('race', { adaptive: { pruning: { method: 'ashaStopping', minEpochs: 3, reduction: 2 } } });
  await store.claimTrial(claim('race', 1, 'key 1'));
  const pruned = {
    state: 'pruned',
    epochsToTarget: null,
    stepsToTarget: null,
    testLoss: null,
    testAccuracy: null,
  } as const;
  await store.finishTrial(await claimed('race', 3, 'key 9'), result(pruned));
  for (const id of ['first', 'second', 'third', 'race']) await store.closeSweep(id, 'completed', 'done');
  await store.close();
});
afterAll(() => database.drop());

function evidence(build: NetworkBuild): Promise<EvidenceTrial[]> {
  return withSweepReader(database.url, (reader) => readEvidence(reader, { activation: { name: 'relu' }, ...build }));
}

test('has each trial with a result once, diverged ones too, under the latest ended sweep; none of a running sweep, none that failed', async () => {
  const trials = (await evidence(plainBuild)).filter(({ race }) => race === null);
  expect(trials.map(({ sweep: name, state, seed }) => [name, state, seed])).toEqual([
    ['second', 'converged', claim('first', 0, '').config.seed],
    ['first', 'converged', claim('first', 1, '').config.seed],
    ['first', 'diverged', claim('first', 2, '').config.seed],
  ]);
  expect(trials[0]).toMatchObject({
    activation: 'relu',
    network: 'mlp',
    normalization: 'none',
    epochBudget: spec.training.epochs,
    target: 'validationAccuracy 0.9',
    epochsToTarget: 4,
    epochsRun: 4,
    testAccuracy: 0.875,
  });
});

test('has what a sweep that gives trials up holds, taken over or its own, a second time and under its id', async () => {
  const raced = (await evidence(plainBuild)).filter(({ race }) => race !== null);
  expect(raced.map(({ race, sweep: name, state }) => [race, name, state])).toEqual([
    ['race', 'race', 'converged'],
    ['race', 'race', 'pruned'],
  ]);
});

test('tells networks of another kind apart', async () => {
  const residual = await evidence({ ...plainBuild, network: { name: 'residual', blockLayers: 2 } });
  expect(residual.map(({ sweep: name, network }) => [name, network])).toEqual([['third', 'residual']]);
  expect(await evidence({ ...plainBuild, normalization: { name: 'layer' } })).toEqual([]);
});
