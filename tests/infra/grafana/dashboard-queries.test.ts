import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboards } from '../../../infra/grafana/dashboard-files.ts';
import type { VariableValues } from '../../../infra/grafana/interpolate.ts';
import type { Page } from '../../../infra/grafana/navigation.ts';
import { annotationQueries, panelSql, sqlPanels, valuesOfCopies } from '../../../infra/grafana/panel-queries.ts';
import { smallestDrawn } from '../../../infra/grafana/panels.ts';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.ts';
import { expanded, variablesOf } from './fixture-queries.ts';
import { type ColumnType, panelColumns } from './panel-columns.ts';
import { insertSweep, type FixtureTrial } from './sweep-fixture.ts';

type Rows = Record<string, string | number | boolean | Date | null>[];

const typeOf: Readonly<Record<number, ColumnType>> = {
  16: 'boolean',
  20: 'number',
  23: 'number',
  25: 'text',
  701: 'number',
  1184: 'time',
  1700: 'number',
};

const reached = (initializer: string, epochsToTarget: number): FixtureTrial => ({
  initializer,
  state: 'converged',
  epochsToTarget,
  testAccuracy: 0.9,
  losses: [2, ...Array.from({ length: epochsToTarget }, (_, epoch) => 1 / (epoch + 1))],
});
const missed = (initializer: string): FixtureTrial => ({
  initializer,
  state: 'notConverged',
  testAccuracy: 0.3,
  losses: Array.from({ length: 31 }, () => 2),
});
const givenUp = (initializer: string): FixtureTrial => ({ initializer, state: 'pruned', losses: [2, 1.5, 1.25, 1] });
const blownUp = (initializer: string): FixtureTrial => ({ initializer, state: 'diverged', losses: [5, 50, null] });

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.url);
  // int8 and numeric arrive as text by default; Grafana reads them as numbers.
  for (const oid of [20, 1700]) client.setTypeParser(oid, Number);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

/** Runs a panel's query for one of its copies, and holds the answer against what the panel needs. */
async function runPanel(page: Page, panel: Panel, values: VariableValues): Promise<Rows> {
  const { rows, fields } = await client.query<Rows[number]>(expanded(panelSql(panel), values));
  const types = Object.fromEntries(fields.map(({ name, dataTypeID }) => [name, typeOf[dataTypeID] ?? dataTypeID]));
  expect({ [panel.title!]: types }).toEqual({ [panel.title!]: panelColumns[page]?.[panel.title!] });
  const least = isLogarithmic(panel) ? smallestDrawn : -Infinity;
  for (const row of rows) {
    for (const value of Object.values(row)) {
      expect(value).not.toBeOneOf([NaN, Infinity, -Infinity]);
      if (typeof value === 'number') expect(value).toBeGreaterThanOrEqual(least);
    }
  }
  return rows;
}

function isLogarithmic({ fieldConfig }: Panel): boolean {
  const custom = fieldConfig?.defaults.custom as { scaleDistribution?: { type: string } } | undefined;
  return custom?.scaleDistribution?.type === 'log';
}

const models = Object.fromEntries(
  Object.entries(dashboards()).map(([page, dashboard]) => [page, dashboard.toModel()]),
) as Record<Page, Dashboard>;
const pages = Object.keys(models) as Page[];

/** Runs every query of a dashboard, marks and each copy of repeated panels included. Answers rows by title, of the first copy. */
async function runAll(page: Page, chosen: VariableValues = {}): Promise<Readonly<Record<string, Rows>>> {
  const values = await variablesOf(models[page], client, chosen);
  const results: Record<string, Rows> = {};
  for (const panel of sqlPanels(models[page])) {
    const copies: Rows[] = [];
    for (const own of valuesOfCopies(panel, values)) copies.push(await runPanel(page, panel, own));
    results[panel.title!] = copies[0]!;
  }
  for (const { sql } of annotationQueries(models[page])) {
    const { fields } = await client.query(expanded(sql, values));
    expect(fields.map(({ name, dataTypeID }) => [name, typeOf[dataTypeID]])).toEqual([
      ['time', 'time'],
      ['text', 'text'],
      ['tags', 'text'],
    ]);
  }
  return results;
}

const best = 'Best initializer for each network';
const curve = 'Median ${metric} by epoch: ${regime}';
const epochsTitle = 'Median epochs to target (budget ${budget})';

describe('without any sweep', () => {
  test.each(pages)('every panel of %s runs, and has nothing to show but zeros and the tables', async (page) => {
    for (const [title, rows] of Object.entries(await runAll(page))) {
      if (title === 'Database' || title === 'Largest tables') continue;
      for (const row of rows) expect(Object.values(row).map(Number)).toEqual([0]);
    }
  });
});

describe('with sweeps', () => {
  beforeAll(async () => {
    await insertSweep(client, 'empty', []);
    await insertSweep(client, 'single', [reached('heNormal', 4)]);
    await insertSweep(
      client,
      'diverged',
      ['heNormal', 'normal(sd=1)'].flatMap((name) => [blownUp(name), blownUp(name)]),
    );
    await insertSweep(client, 'normal', [
      reached('heNormal', 4),
      reached('heNormal', 8),
      missed('heNormal'),
      reached('glorotUniform', 9),
      reached('glorotUniform', 12),
      blownUp('glorotUniform'),
      missed('zeros'),
      missed('zeros'),
      missed('zeros'),
      { ...reached('glorotUniform', 3), activation: 'tanh', depth: 8 },
      { ...reached('heNormal', 3), activation: 'tanh', depth: 8, testAccuracy: 0.8 },
      { ...missed('heNormal'), state: 'failed' as const, losses: [2] },
      { ...missed('heNormal'), state: 'cancelled' as const, losses: [2] },
      { ...missed('heNormal'), state: 'running' as const, losses: [2, 1] },
    ]);
    await insertSweep(
      client,
      'wide',
      [16, 64].flatMap((width) => [{ ...reached('heNormal', width / 16), width }]),
      { widths: [16, 64] },
    );
    const waiting = { state: 'running' as const, losses: [2, 1] };
    await insertSweep(client, 'begun', [
      { initializer: 'heNormal', ...waiting },
      { initializer: 'zeros', ...waiting, losses: [2] },
    ]);
    await insertSweep(client, 'faded', [{ ...missed('zeros'), signal: 1e-30 }, reached('heNormal', 4)]);
    await insertSweep(client, 'raced', [missed('heNormal'), givenUp('heNormal'), givenUp('zeros'), givenUp('zeros')]);
    for (const [number, loss] of [2, 1, 1, 1].entries()) {
      await client.query(
        `INSERT INTO rung (sweep_id, number, epoch, race, validation_loss, has_reached_target, is_kept, compared, places)
         VALUES ('raced', $1, 3, 'relu · depth 2', $2, false, $3, $4, 1)`,
        [number, loss, number === 0, number + 1],
      );
    }
    await insertSweep(client, 'untargeted', [missed('zeros'), { ...missed('heNormal'), testAccuracy: 0.7 }], {
      target: false,
    });
  });

  describe.each(['empty', 'single', 'diverged', 'normal', 'wide', 'begun', 'faded', 'raced', 'untargeted'])(
    'of kind %s',
    (sweep) => {
      test.each(pages)('every query of %s runs and answers what its panel needs', async (page) => {
        const asked = Object.keys(await runAll(page, { sweep, sweeps: [sweep] }));
        expect(asked.sort()).toEqual(Object.keys(panelColumns[page]!).sort());
      });
    },
  );

  const run = (id: string, more: VariableValues = {}) => runAll('sweep', { sweep: id, ...more });

  test('all sweeps are listed, newest first, with their counts', async () => {
    const { 'All sweeps': rows, 'Trials ended': finished } = await runAll('sweeps');
    expect(rows).toHaveLength(9);
    expect(rows?.find(({ sweep_id: id }) => id === 'normal')).toMatchObject({
      sweep: "it's normal",
      state: 'running',
      trials: 40,
      converged: 6,
      'not converged': 4,
      diverged: 1,
      failed: 1,
      cancelled: 1,
      running: 1,
      done: 13 / 40,
    });
    expect(finished?.find(({ metric }) => metric === 'converged')).toMatchObject({ trials: 10 });
  });

  test('an empty sweep has its progress and nothing else', async () => {
    const { State: state, Trials: trials, Speed: speed, ...rest } = await run('empty');
    expect(speed).toEqual([{ 'trials/s': 0, 'time left': null }]);
    expect(state).toEqual([{ state: 'running' }]);
    expect(trials).toEqual([expect.objectContaining({ done: 0, total: 40 })]);
    for (const rows of Object.values(rest)) expect(rows).toEqual([]);
  });

  test('a single trial is the best one, and not judged yet', async () => {
    const results = await run('single');
    expect(results[best]).toEqual([
      {
        network: 'relu · depth 2',
        best: 'heNormal',
        epochs: '4',
        quartiles: '4 to 4',
        'reached target': 1,
        'test accuracy': 0.9,
        'test loss': 0.25,
        'ahead beyond chance': null,
        evidence: null,
        "theory's choice": null,
      },
    ]);
    expect(results[curve]?.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(results['Diverged, failed and cancelled trials']).toEqual([]);
  });

  test('a sweep in which all diverged has neither accuracy nor a target reached, and curves that end', async () => {
    const results = await run('diverged');
    expect(results[best]).toEqual([
      expect.objectContaining({
        best: 'none reached it',
        epochs: '> 30',
        'reached target': 0,
        'test accuracy': null,
        'test loss': null,
      }),
    ]);
    expect(results[curve]?.filter(({ initializer }) => initializer === 'heNormal')).toEqual([
      { epoch: 0, initializer: 'heNormal', median: 5 },
      { epoch: 1, initializer: 'heNormal', median: 50 },
      { epoch: 2, initializer: 'heNormal', median: null },
    ]);
    expect(results['Diverged, failed and cancelled trials']).toHaveLength(4);
    const atEnd = await runAll('signal', { sweep: 'diverged', probe: 'end of training' });
    expect(atEnd['Gradient norm by layer, ${probe}']?.map(({ value }) => value)).toEqual([null, null, null, null]);
  });

  test('ranks by median epochs, then by the test split', async () => {
    const { [best]: rows } = await run('normal');
    expect(rows?.map((row) => [row['network'], row['best'], row['epochs']])).toEqual([
      ['relu · depth 2', 'heNormal', '8'],
      ['tanh · depth 8', 'glorotUniform', '3'],
    ]);
  });

  test('shows a cell whose median trial never reached the target as censored, failed and running trials aside', async () => {
    const { [epochsTitle]: rows, 'Median test accuracy': accuracy, 'Share diverged': diverged } = await run('normal');
    expect(diverged?.map(({ value }) => value)).toEqual([1 / 3, 0, 0, 0, 0]);
    expect(rows).toEqual([
      { initializer: 'glorotUniform', network: 'relu · depth 2', value: 12 },
      { initializer: 'heNormal', network: 'relu · depth 2', value: 8 },
      { initializer: 'zeros', network: 'relu · depth 2', value: -1 },
      { initializer: 'glorotUniform', network: 'tanh · depth 8', value: 3 },
      { initializer: 'heNormal', network: 'tanh · depth 8', value: 3 },
    ]);
    expect(accuracy?.map(({ value }) => value)).toEqual([0.9, 0.9, 0.3, 0.9, 0.8]);
  });

  test('carries a trial that stopped at its target to the end of its cell', async () => {
    const { [curve]: rows } = await run('normal', { regime: 'relu · depth 2' });
    const he = rows?.filter(({ initializer }) => initializer === 'heNormal') ?? [];
    expect(he).toHaveLength(31);
    // Losses at epoch 30: 1/4 and 1/8 (stopped), 2 (ran on); the running trial counts up to its epoch 1 only.
    expect(he[30]?.['median']).toBe(0.25);
    // Epoch 1: 1, 1, 2 and 1; epoch 2: 1/2, 1/2, 2.
    expect([he[1]?.['median'], he[2]?.['median']]).toEqual([1, 0.5]);
  });

  test('counts a diverged trial as the worst, not as absent', async () => {
    const { '${initializer}': rows } = await run('normal', {
      regime: 'relu · depth 2',
      initializer: ['glorotUniform'],
    });
    // Losses at epoch 12: 1/9, 1/12 and one that diverged.
    expect(rows?.[12]).toEqual({ epoch: 12, 'lower quartile': 1 / 12, median: 1 / 9, 'upper quartile': null });
    const { '${initializer}': accuracy } = await run('normal', {
      regime: 'relu · depth 2',
      initializer: ['glorotUniform'],
      metric: 'validation accuracy',
    });
    expect(accuracy?.[12]).toMatchObject({ 'lower quartile': null, median: 1 / (1 + 1 / 9) });
  });

  test('shows only the chosen initializers, network and probe', async () => {
    const chosen = {
      sweep: 'normal',
      regime: 'relu · depth 2',
      initializer: ['heNormal', 'zeros'],
      probe: 'end of training',
    };
    const results = await runAll('signal', chosen);
    const layers = results['Activation variance by layer, ${probe}'];
    // Layer l ends at 1 / (l + last epoch): the lower median of 4, 8 and 30 epochs is the one of 8, of 30 thrice that of 30;
    // failed, cancelled and running ones were probed too (at 0 or 1).
    expect(layers?.map(({ layer, initializer }) => [layer, initializer])).toEqual([
      [1, 'heNormal'],
      [1, 'zeros'],
      [2, 'heNormal'],
      [2, 'zeros'],
    ]);
    expect(layers?.[1]?.['value']).toBe(1 / 31);
  });

  test('lists what went wrong, failed trials first', async () => {
    const { 'Diverged, failed and cancelled trials': rows } = await run('normal');
    expect(rows?.map((row) => [row['trial'], row['state'], row['reason']])).toEqual([
      [11, 'failed', 'ended as failed'],
      [5, 'diverged', 'ended as diverged'],
      [12, 'cancelled', 'ended as cancelled'],
    ]);
  });

  test('tells networks apart by any further axis that has several values', async () => {
    const results = await run('wide');
    expect(results[best]?.map(({ network }) => network)).toEqual([
      'relu · depth 2 · width 16',
      'relu · depth 2 · width 64',
    ]);
    expect(results[epochsTitle]?.map(({ network }) => network)).toEqual([
      'relu · depth 2 · width 16',
      'relu · depth 2 · width 64',
    ]);
  });

  test('counts trials that were given up as behind, and says where they were and what was spared', async () => {
    const results = await run('raced', { regime: 'relu · depth 2' });
    expect(results['Trials']).toEqual([expect.objectContaining({ pruned: 3, done: 4 / 40 })]);
    expect(results['Epochs spared by giving trials up']).toEqual([{ spared: 81 / 120, epochs: 81, trials: 3 }]);
    expect(results['Where trials were given up']).toEqual([
      expect.objectContaining({
        network: 'relu · depth 2',
        'after epoch': 3,
        trials: 4,
        asked: 4,
        'given up': 3,
        'lowest validation loss': 1,
      }),
    ]);
    expect(results[best]).toEqual([expect.objectContaining({ best: 'none reached it', epochs: 'given up' })]);
    expect(results[epochsTitle]).toEqual(
      ['heNormal', 'zeros'].map((initializer) => ({ initializer, network: 'relu · depth 2', value: -2 })),
    );
    // At epoch 4 one of heNormal's two goes on at 2, the other one counts as worse; of zeros none is left.
    expect(
      results[curve]?.filter(({ epoch }) => epoch === 4).map((row) => [row['initializer'], row['median']]),
    ).toEqual([['heNormal', 2]]);
    const waiting = results['Trials that have not reached the target yet: ${regime}'];
    expect(waiting?.map((row) => [row['initializer'], row['epoch'], row['not_yet_share']])).toEqual([
      ['heNormal', 0, 1],
      ['zeros', 0, 1],
      ['heNormal', 30, 1],
      ['zeros', 30, 1],
    ]);
  });

  test('compares by the test split where there is no target', async () => {
    const { [best]: rows } = await run('untargeted');
    expect(rows).toEqual([expect.objectContaining({ best: 'heNormal', epochs: 'no target' })]);
  });

  test('is not led astray by quotes in a value', async () => {
    const hostile = "x' OR 'a' = 'a";
    for (const rows of Object.values(await run(hostile, { activation: hostile, depth: hostile, regime: hostile }))) {
      expect(rows).toEqual([]);
    }
  });
});

test('overrides and transformations name columns that the queries give', () => {
  for (const page of pages) {
    for (const panel of sqlPanels(models[page])) {
      const known = Object.keys(panelColumns[page]![panel.title!]!);
      const byName = panel.fieldConfig!.overrides.filter(({ matcher }) => matcher.id === 'byName');
      // Series of a time series, and columns of a matrix, are named by values.
      const isNamedByValues = panel.type === 'timeseries' || (panel.transformations ?? []).length > 0;
      const overridden = isNamedByValues ? [] : byName.map(({ matcher }) => String(matcher.options));
      const grouping = panel.transformations?.find(({ id }) => id === 'groupingToMatrix')?.options as
        Readonly<Record<string, string>> | undefined;
      const grouped = grouping ? [grouping['columnField'], grouping['rowField'], grouping['valueField']] : [];
      expect(known).toEqual(expect.arrayContaining([...overridden, ...grouped]));
    }
  }
});
