import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.ts';
import { insertSweep, type FixtureTrial } from './sweep-fixture.ts';

interface Rule {
  readonly uid: string;
  readonly condition: string;
  readonly data: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly model: {
      readonly rawSql?: string;
      readonly conditions?: readonly {
        readonly evaluator: { readonly type: 'gt' | 'lt'; readonly params: readonly number[] };
      }[];
    };
  }[];
}

const path = new URL('../../../infra/grafana/provisioning/alerting/initsweep.yaml', import.meta.url);
const { groups } = parse(readFileSync(path, 'utf8')) as { groups: readonly { rules: readonly Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.url);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Uids of the rules that would fire for some row of their query. */
async function firing(): Promise<string[]> {
  const fired: string[] = [];
  for (const { uid, data } of rules) {
    const { rows } = await client.query<Record<string, string | number>>(data[0]!.model.rawSql!);
    const [{ evaluator }] = data[1]!.model.conditions as readonly [
      { evaluator: { type: 'gt' | 'lt'; params: readonly number[] } },
    ];
    const [limit] = evaluator.params;
    const values = rows.map((row) => Object.values(row).filter((value) => typeof value === 'number'));
    // Grafana takes one number a row; texts become labels.
    for (const numbers of values) expect(numbers).toHaveLength(1);
    if (values.some(([value]) => (evaluator.type === 'gt' ? value! > limit! : value! < limit!))) fired.push(uid);
  }
  return fired;
}

const trials = (count: number, state: FixtureTrial['state']): FixtureTrial[] =>
  Array.from({ length: count }, () => ({
    initializer: 'heNormal',
    state,
    losses: [2, 1],
    ...(state === 'converged' ? { epochsToTarget: 1 } : {}),
  }));

test('each rule asks the provisioned data source and fires by a threshold on that', () => {
  expect(rules.map(({ uid }) => uid)).toEqual([
    'initsweep-no-progress',
    'initsweep-failures',
    'initsweep-workers-gone',
  ]);
  for (const { condition, data } of rules) {
    expect(data.map(({ refId, datasourceUid }) => [refId, datasourceUid])).toEqual([
      ['A', 'initsweep'],
      ['B', '__expr__'],
    ]);
    expect(condition).toBe('B');
  }
});

test('nothing fires without a sweep, and none of a sweep that has ended', async () => {
  expect(await firing()).toEqual([]);
  await insertSweep(client, 'over', trials(25, 'failed'));
  await client.query("UPDATE sweep SET state = 'completed', reason = 'ended', closed_at = now() WHERE id = 'over'");
  expect(await firing()).toEqual([]);
});

test('all fire for a sweep whose trials fail, that ended none for an hour and that nobody trains; none while it is paused', async () => {
  await insertSweep(client, 'sick', [...trials(18, 'converged'), ...trials(2, 'failed')]);
  await client.query("UPDATE sweep SET created_at = now() - interval '2 hours' WHERE id = 'sick'");
  await client.query("UPDATE trial SET finished_at = now() - interval '1 hour' WHERE state = 'converged'");
  await client.query("UPDATE cell SET last_finished_at = now() - interval '1 hour'");
  expect(await firing()).toEqual(rules.map(({ uid }) => uid));
  await client.query("UPDATE sweep SET paused_at = now() WHERE id = 'sick'");
  expect(await firing()).toEqual([]);
  await client.query("UPDATE sweep SET paused_at = NULL WHERE id = 'sick'");
  expect(await firing()).toEqual(rules.map(({ uid }) => uid));
});

test('a worker that is heard of keeps the last rule quiet', async () => {
  await insertSweep(client, 'busy', trials(1, 'running'));
  await client.query("UPDATE trial SET lease_until = now() + interval '1 minute' WHERE state = 'running'");
  expect(await firing()).not.toContain('initsweep-workers-gone');
});
