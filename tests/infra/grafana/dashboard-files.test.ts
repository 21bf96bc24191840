import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, test } from 'vitest';
import { dashboardFiles, dashboardFolder } from '../../../infra/grafana/dashboard-files.ts';
import { annotationQueries, panelSql, sqlPanels, variableSql } from '../../../infra/grafana/panel-queries.ts';

const files = dashboardFiles();

/** Panel types that Grafana 10 and later have built in, of those that we use. */
const panelTypes = ['row', 'stat', 'table', 'timeseries', 'trend'];
const units = ['none', 'short', 'percentunit', 'string', 'ms', 's', 'bytes', 'dateTimeAsIso'];
const transformations = ['groupingToMatrix', 'convertFieldType'];

test('other settings change the address of the Temporal UI and nothing else', () => {
  const temporalUi = 'https://temporal.example/namespaces/research';
  const others = dashboardFiles({ temporalUi });
  for (const [index, { text }] of files.entries()) {
    const model = (json: string) => JSON.parse(json) as unknown;
    expect(model(others[index]!.text)).toEqual(
      model(text.replaceAll('http://localhost:8233/namespaces/default', temporalUi)),
    );
  }
  expect(others.some(({ text }) => text.includes(temporalUi))).toBe(true);
});

test('where nobody knows a Temporal UI, nothing leads there', () => {
  for (const { text } of dashboardFiles({ temporalUi: null })) expect(text).not.toMatch(/\{temporal\}|:8233/);
});

test('the checked-in files are what the generator writes (npm run dashboards)', () => {
  expect(readdirSync(dashboardFolder).sort()).toEqual(files.map(({ name }) => name).sort());
  for (const { name, text } of files) expect(readFileSync(join(dashboardFolder, name), 'utf8')).toBe(text);
});

test('the generator writes the same text each time', () => {
  expect(dashboardFiles()).toEqual(files);
});

describe.each(files.map(({ name, text }) => ({ name, model: JSON.parse(text) as Dashboard })))(
  '$name',
  ({ name, model }) => {
    const all = (model.panels ?? []) as Panel[];
    const panels = all.filter(({ type }) => type !== 'row');

    test('has what Grafana needs to show and to find it', () => {
      expect(model.uid).toBe(`initsweep-${basename(name, '.json')}`);
      expect(model.id).toBeNull();
      expect(model.schemaVersion).toBe(42);
      expect(model).not.toHaveProperty('rows');
      expect(model.description).toMatch(/\w/);
      expect(model.editable).toBe(false);
      expect(model.refresh).toMatch(/^(\d+[sm])?$/);
      expect(panels.length).toBeGreaterThan(0);
    });

    test('has panels of known types with title, description, unit and one query each', () => {
      for (const panel of panels) {
        expect(panelTypes).toContain(panel.type);
        expect(panel.title).toMatch(/\w/);
        expect(panel.description).toMatch(/\.$/);
        expect(panel.targets).toHaveLength(1);
        expect(panel.targets?.[0]).toMatchObject({ refId: 'A', editorMode: 'code' });
        // What is missing, in words: Grafana's own "No data" leaves people guessing.
        expect(panel.fieldConfig?.defaults.noValue).toMatch(/^[A-Z].*\w/);
        const { defaults, overrides } = panel.fieldConfig!;
        const used = overrides
          .flatMap(({ properties }) => properties)
          .filter(({ id }) => id === 'unit')
          .map(({ value }) => String(value));
        for (const unit of [...(defaults.unit ? [defaults.unit] : []), ...used]) expect(units).toContain(unit);
        expect(used.length + (defaults.unit ? 1 : 0)).toBeGreaterThan(0);
        for (const { id } of panel.transformations ?? []) expect(transformations).toContain(id);
      }
    });

    test('names no data source: all go through a variable', () => {
      const list = model.templating.list ?? [];
      const chosen = [
        { type: 'postgres', uid: '${datasource}' },
        { type: 'prometheus', uid: '${prometheus}' },
      ];
      const sources = panels.flatMap((panel) => [
        panel.datasource,
        ...(panel.targets as unknown as { datasource: unknown }[]).map((target) => target.datasource),
      ]);
      const others = [...list.filter(({ type }) => type === 'query'), ...(model.annotations.list ?? [])];
      for (const source of [...sources, ...others.map(({ datasource }) => datasource)])
        expect(chosen).toContainEqual(source);
      expect(list[0]).toMatchObject({ type: 'datasource', name: 'datasource', query: 'postgres' });
    });

    test('reads its variables anew on each refresh, and lets nobody type one', () => {
      for (const variable of model.templating.list ?? []) {
        // Refresh 2: whenever the time range is read, which a refresh does too.
        expect(['datasource', 'query', 'custom', 'constant']).toContain(variable.type);
        expect(variable.type === 'query' ? variable.refresh : 2).toBe(2);
        expect(variable.type === 'constant' ? 'hidden' : variable.label).toMatch(/\w/);
      }
    });

    test('quotes every variable that stands in a query, and reads views only', () => {
      const annotations = annotationQueries(model).map(({ sql }) => sql);
      for (const sql of [
        ...sqlPanels(model).map(panelSql),
        ...(model.templating.list ?? []).map(variableSql),
        ...annotations,
      ]) {
        const bare = sql.replaceAll(/\$\{\w+:sqlstring\}|\$__(interval|timeFilter)/g, '');
        expect(bare).not.toContain('$');
        expect(sql).not.toMatch(/\b(FROM|JOIN) (sweep|sweep_trial|trial|epoch|layer|cell|trial_epochs|trial_layers)\b/);
      }
    });

    test('uses no variable that it does not have, in queries, titles and links', () => {
      const known = (model.templating.list ?? []).map(({ name: variable }) => variable);
      const used = JSON.stringify(model).matchAll(/\$\{(?!__)(\w+)(?::\w+)?\}/g);
      for (const [, variable] of used) expect(known).toContain(variable);
    });

    test('leads to the other dashboards with time range and variables', () => {
      const pages = files.map((file) => `/d/initsweep-${basename(file.name, '.json')}`);
      expect(model.links?.map(({ url }) => url)).toEqual(pages.filter((page) => page !== `/d/${model.uid}`));
      for (const link of model.links ?? []) expect(link).toMatchObject({ includeVars: true, keepTime: true });
    });

    test('counts its panels from 1 and lets none overlap or leave the grid', () => {
      expect(all.map(({ id }) => id)).toEqual(all.map((_, index) => index + 1));
      const taken = new Set<string>();
      for (const { gridPos } of all) {
        const { x, y, w, h } = gridPos!;
        expect(x + w).toBeLessThanOrEqual(24);
        for (let column = x; column < x + w; column++) {
          for (let line = y; line < y + h; line++) {
            expect(taken).not.toContain(`${column},${line}`);
            taken.add(`${column},${line}`);
          }
        }
      }
    });

    test('gives no colour to a cell of a heatmap that has no value', () => {
      const coloured = panels.filter(
        ({ fieldConfig }) =>
          (fieldConfig!.defaults.custom as { cellOptions?: { type: string } } | undefined)?.cellOptions?.type ===
          'color-background',
      );
      for (const { title, fieldConfig } of coloured) {
        expect({ [title!]: fieldConfig!.defaults.mappings }).toEqual({
          [title!]: expect.arrayContaining([
            { type: 'special', options: { match: 'null', result: { color: 'transparent' } } },
          ]) as unknown,
        });
      }
    });

    test('gives every bar in a table its least and greatest value', () => {
      const bars: string[][] = [];
      for (const { fieldConfig } of panels) {
        for (const { properties } of fieldConfig!.overrides) {
          const isBar = properties.some(
            ({ id, value }) => id === 'custom.cellOptions' && (value as { type: string }).type === 'gauge',
          );
          const bounds = properties.filter(({ id }) => id === 'min' || id === 'max').map(({ id }) => id);
          if (isBar) bars.push(bounds);
        }
      }
      expect(bars).toEqual(bars.map(() => ['min', 'max']));
    });
  },
);
