import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const target = (rawSql: string, format = 'table') => ({ refId: 'A', rawSql, format });
const at = (x: number, y: number, w: number, h: number) => ({ x, y, w, h });
const byName = (options: string, ...properties: { id: string; value: unknown }[]) => ({
  matcher: { id: 'byName', options },
  properties,
});

/** One panel of each kind that the preview draws, with the parts of a dashboard's JSON that change how it looks. */
const panels = [
  { id: 1, type: 'row', title: 'Numbers', collapsed: false, panels: [], gridPos: at(0, 0, 24, 1) },
  {
    id: 2,
    type: 'stat',
    title: 'Share of ${fruit}',
    gridPos: at(0, 1, 6, 4),
    targets: [target('SELECT 0.4567::float8 AS share WHERE ${fruit:sqlstring} = ANY (ARRAY[${fruit:sqlstring}])')],
    options: { reduceOptions: { calcs: ['lastNotNull'], fields: '/.*/', values: false }, colorMode: 'value' },
    fieldConfig: {
      defaults: {
        unit: 'percentunit',
        decimals: 1,
        thresholds: {
          mode: 'absolute',
          steps: [
            { value: null, color: '#112233' },
            { value: 0.4, color: '#445566' },
          ],
        },
      },
      overrides: [],
    },
  },
  {
    id: 3,
    type: 'table',
    title: 'Rows',
    description: 'What ${fruit} is.',
    gridPos: at(6, 1, 18, 8),
    targets: [
      target(
        `SELECT * FROM (VALUES ('one', 'good', 0.25::float8, 'a/b'), ('two', 'bad', 1.0, 'c')) AS row (name, state, done, id)`,
      ),
    ],
    options: { showHeader: true },
    fieldConfig: {
      defaults: {},
      overrides: [
        byName(
          'state',
          { id: 'mappings', value: [{ type: 'value', options: { bad: { text: 'spoilt', color: '#aa0000' } } }] },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ),
        byName(
          'done',
          { id: 'unit', value: 'percentunit' },
          { id: 'min', value: 0 },
          { id: 'max', value: 1 },
          { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } },
        ),
        byName(
          'name',
          { id: 'displayName', value: 'kind' },
          { id: 'links', value: [{ title: 'more', url: '/d/other?var-id=${__data.fields.id}&var-fruit=${fruit}' }] },
        ),
        byName('id', { id: 'custom.hidden', value: true }),
      ],
    },
  },
  {
    id: 4,
    type: 'table',
    title: 'Matrix',
    gridPos: at(0, 9, 12, 6),
    targets: [
      target(`SELECT * FROM (VALUES ('a', 'x', 1), ('b', 'x', 2), ('a', 'y', 3)) AS cell (down, across, value)`),
    ],
    transformations: [
      {
        id: 'groupingToMatrix',
        options: { columnField: 'across', rowField: 'down', valueField: 'value', emptyValue: 'null' },
      },
    ],
    fieldConfig: {
      defaults: {
        noValue: '–',
        custom: { cellOptions: { type: 'color-background', mode: 'basic' } },
        color: { mode: 'fixed', fixedColor: '#00ff00' },
        mappings: [{ type: 'special', options: { match: 'null', result: { color: 'transparent' } } }],
      },
      overrides: [],
    },
  },
  {
    id: 5,
    type: 'trend',
    title: 'Curve',
    gridPos: at(12, 9, 12, 8),
    targets: [target('SELECT step, step * step AS "square" FROM generate_series(0, 10) AS step')],
    options: { legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: ['max'] } },
    fieldConfig: {
      defaults: { color: { mode: 'fixed', fixedColor: '#ff00ff' }, custom: { lineWidth: 4 } },
      overrides: [],
    },
  },
  {
    id: 6,
    type: 'timeseries',
    title: 'Over time',
    gridPos: at(0, 17, 12, 8),
    targets: [
      target(
        `SELECT $__timeGroupAlias(at, $__interval), kind AS metric, count(*) AS "n"
         FROM (VALUES (now() - interval '10 minutes', 'apples'), (now() - interval '5 minutes', 'pears')) AS event (at, kind)
         WHERE $__timeFilter(at) GROUP BY 1, 2 ORDER BY 1, 2`,
        'time_series',
      ),
    ],
    interval: '1m',
    fieldConfig: {
      defaults: { custom: { drawStyle: 'bars', fillOpacity: 60, stacking: { mode: 'normal', group: 'A' } } },
      overrides: [],
    },
  },
  {
    id: 7,
    type: 'stat',
    title: 'Of ${each}',
    repeat: 'each',
    maxPerRow: 2,
    gridPos: at(0, 25, 24, 4),
    targets: [target('SELECT ${each:sqlstring} AS "value"')],
    options: { reduceOptions: { calcs: ['lastNotNull'], fields: '/.*/', values: false } },
  },
  {
    id: 8,
    type: 'table',
    title: 'Nothing',
    gridPos: at(0, 29, 12, 4),
    targets: [target('SELECT 1 AS a WHERE false')],
    fieldConfig: { defaults: { noValue: 'No ${fruit} here.' }, overrides: [] },
  },
  { id: 9, type: 'table', title: 'Wrong', gridPos: at(12, 29, 12, 4), targets: [target('SELECT nonsense')] },
  {
    id: 11,
    type: 'table',
    title: 'Unmapped',
    gridPos: at(12, 33, 12, 4),
    targets: [target('SELECT * FROM (VALUES (1), (NULL)) AS row (value)')],
    fieldConfig: {
      defaults: {
        custom: { cellOptions: { type: 'color-background', mode: 'basic' } },
        thresholds: {
          mode: 'absolute',
          steps: [
            { value: null, color: '#0000ff' },
            { value: 1, color: '#00ff00' },
          ],
        },
      },
      overrides: [],
    },
  },
  { id: 10, type: 'table', title: 'Forbidden', gridPos: at(0, 33, 12, 4), targets: [target('SELECT * FROM trial')] },
];

const dashboard = {
  uid: 'sample',
  title: 'Sample',
  time: { from: 'now-1h', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', type: 'datasource', query: 'postgres' },
      {
        name: 'fruit',
        label: 'Fruit',
        type: 'query',
        query: `SELECT * FROM (VALUES ('Apples', 'it''s apple'), ('Pears', 'pear')) AS fruit (__text, __value)`,
      },
      {
        name: 'each',
        label: 'Each',
        type: 'query',
        multi: true,
        includeAll: true,
        current: { value: '$__all' },
        query: 'SELECT ${fruit:sqlstring} || n AS v FROM generate_series(1, 3) AS n',
      },
    ],
  },
  annotations: {
    list: [
      {
        name: 'marks',
        enable: true,
        target: {
          rawSql:
            "SELECT at AS time, 'pause' AS text FROM (SELECT now() - interval '7 minutes' AS at) AS event WHERE $__timeFilter(at)",
        },
      },
    ],
  },
  panels,
};

/** A folder with one dashboard that needs nothing but a PostgreSQL. */
export async function previewFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'preview-'));
  await writeFile(join(folder, 'sample.json'), JSON.stringify(dashboard));
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
