import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { largeSweep, loadLargeSweep } from '../../../bench/dashboards/load-sweep.ts';
import { dashboards } from '../../../infra/grafana/dashboard-files.ts';
import type { Page } from '../../../infra/grafana/navigation.ts';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.ts';
import { panelSql, sqlPanels, valuesOfCopies } from '../../../infra/grafana/panel-queries.ts';
import { expanded, variablesOf } from './fixture-queries.ts';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** What grows with epochs, layers or trials: no panel may read one of them as a whole. */
const large = ['epoch', 'layer', 'trial_epochs', 'trial_layers', 'trial', 'sweep_trial'];

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.url);
  await client.connect();
  // Enough for statistics, too little to make a scan expensive: so scans are forbidden below, and only what has no other way still scans.
  await loadLargeSweep(client, {
    ...largeSweep,
    initializers: ['heNormal', 'zeros'],
    depths: [2, 4],
    seeds: 4,
    epochs: 5,
  });
  await client.query('SET enable_seqscan = off');
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

function scanned(node: PlanNode): string[] {
  const own = node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scanned)];
}

test.each(Object.keys(dashboards()) as Page[])('no panel of %s reads a large table as a whole', async (page) => {
  const model = dashboards()[page].toModel();
  const values = await variablesOf(model, client);
  for (const panel of sqlPanels(model)) {
    const sql = expanded(panelSql(panel), valuesOfCopies(panel, values)[0]!);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`EXPLAIN (FORMAT JSON) ${sql}`);
    const found = scanned(rows[0]!['QUERY PLAN'][0].Plan);
    expect({ [panel.title!]: found.filter((name) => large.includes(name)) }).toEqual({ [panel.title!]: [] });
  }
});

test('a query that does read one as a whole is found', async () => {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    'EXPLAIN (FORMAT JSON) SELECT avg(train_loss) FROM epoch',
  );
  expect(scanned(rows[0]!['QUERY PLAN'][0].Plan)).toEqual(['epoch']);
});
