import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeStoredSweep } from '../../activities/judge-stored-sweep.ts';
import { judgeSweep } from '../../core/judgement/judge-sweep.ts';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import { claimedIn, layer, result, sweep } from '../contracts/sweep-store-samples.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';

let database: TestDatabase;
let store: Awaited<ReturnType<typeof openStore>>;
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

/** Trains a trial of the sample sweep: numbers 0, 4, 8 ... are heNormal at depth 2, those after each of them normal(sd=0.01). */
async function train(number: number, epochsToTarget: number): Promise<void> {
  const answer = await claimedIn(store, 'a', number, `key ${number}`);
  const layers = [0, 4].flatMap((epoch) => [layer(epoch, 1), layer(epoch, 2)]);
  await store.recordProgress(answer, [], layers, 60_000);
  await store.finishTrial(answer, result({ epochsToTarget, epochsRun: 20, stepsRun: 800 }));
}

test('a sweep is judged by what is there, kept for dashboards, and judged anew when trials have come', async () => {
  await store.openSweep(sweep('a'));
  const nothing = await judgeStoredSweep(store, 'a');
  expect(nothing.verdicts.map(({ decision }) => decision)).toEqual(Array(6).fill('undecided'));

  for (const number of [0, 4, 8, 12, 16]) {
    await train(number, 2);
    await train(number + 1, 9);
  }
  const judgement = await judgeStoredSweep(store, 'a');
  expect(judgement).toEqual(judgeSweep({ trials: await store.probedOutcomes('a'), target: {} }));
  const { rows: verdicts } = await client.query<Record<string, unknown>>(
    "SELECT claim, name, verdict, summary, supported::int, refuted::int, undecided::int, decided_at FROM claim_verdicts WHERE sweep_id = 'a' ORDER BY claim",
  );
  expect(verdicts).toHaveLength(6);
  expect(verdicts[3]).toEqual({
    claim: 4,
    name: 'speed',
    verdict: 'supported',
    summary: 'Holds in the one network measured.',
    supported: 1,
    refuted: 0,
    undecided: 0,
    decided_at: expect.any(Date),
  });
  const { rows: findings } = await client.query<Record<string, unknown>>(
    "SELECT regime, unit, effect, low, high, seeds, p, cells FROM claim_findings WHERE sweep_id = 'a' AND claim = 4",
  );
  expect(findings).toEqual([
    // Nothing scatters, so that the effect has no interval; 2 of the 252 ways to deal ten trials are as extreme.
    {
      regime: 'relu · depth 2',
      unit: 'epochs',
      effect: 7,
      low: null,
      high: null,
      seeds: 5,
      p: 2 / 252,
      cells: ['heNormal', 'normal(sd=0.01)'],
    },
  ]);
  const { rows: networks } = await client.query(
    "SELECT activation, depth, setting, initializer, evidence, theory FROM sweep_recommendations WHERE sweep_id = 'a'",
  );
  expect(networks).toEqual([
    {
      activation: 'relu',
      depth: 2,
      setting: 'same for all',
      initializer: 'heNormal',
      evidence: 'ahead of every other on 5 seeds or more; 2 initializers, 10 trials',
      theory: 'heNormal',
    },
  ]);

  const before = await client.query('SELECT decided_at FROM judgement');
  await judgeStoredSweep(store, 'a');
  expect((await client.query('SELECT decided_at FROM judgement')).rows).toEqual(before.rows);
});

test('a judging process that was handed other trials than it is told of ends without a judgement', async () => {
  const child = fork(fileURLToPath(new URL('../../activities/judgement-child.ts', import.meta.url)), [], {
    execArgv: ['--import', import.meta.resolve('tsx')],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const answers: unknown[] = [];
  child.on('message', (answer) => answers.push(answer));
  child.send({ trials: [], target: null });
  const [code] = (await once(child, 'close')) as [number];

  expect(code).not.toBe(0);
  expect(answers).toEqual([]);
  expect(log).toContain('trials to judge were lost');
});
