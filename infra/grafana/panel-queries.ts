// A dashboard's queries as Grafana would send them, for whoever runs them without Grafana: tests and measurements.
import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type pg from 'pg';
import { expandQuery, type QueryContext } from './expand-query.ts';
import type { VariableValues } from './interpolate.ts';

/** The panels that ask the database, in their order. */
export function sqlPanels(dashboard: Dashboard): Panel[] {
  return ((dashboard.panels ?? []) as Panel[]).filter(
    ({ type, datasource }) => type !== 'row' && datasource?.type === 'postgres',
  );
}

/** The SQL of a panel's only query. */
export function panelSql(panel: Panel): string {
  const [query, ...others] = (panel.targets ?? []) as unknown as { rawSql: string }[];
  if (!query || others.length > 0) throw new Error(`${panel.title} has not one query.`);
  return query.rawSql;
}

/** The SQL of a variable; empty for one that is not read from the database. */
export function variableSql(variable: VariableModel): string {
  return variable.type === 'query' && typeof variable.query === 'string' ? variable.query : '';
}

/** Names and SQL of the queries whose rows are marks on pictures over time. */
export function annotationQueries(dashboard: Dashboard): { readonly name: string; readonly sql: string }[] {
  return (dashboard.annotations.list ?? []).map(({ name, target }) => ({
    name,
    sql: (target as unknown as { rawSql: string }).rawSql,
  }));
}

/** What each copy of a panel is asked with: a repeated one stands once for each value of its variable and sees no other, and once where there is no value. */
export function valuesOfCopies(panel: Panel, values: VariableValues): VariableValues[] {
  const { repeat } = panel;
  if (!repeat) return [values];
  const chosen = [values[repeat] ?? ''].flat();
  return (chosen.length === 0 ? [''] : chosen).map((value) => ({ ...values, [repeat]: value }));
}

/**
 * Evaluates the variables in their order, as Grafana does when a dashboard opens: what is `chosen`, or what the dashboard starts with, as far as
 * a query gives it; else the first row (all rows where "All" is the default), or an empty text where there is none.
 */
export async function readVariables(
  dashboard: Dashboard,
  client: pg.Client,
  context: Omit<QueryContext, 'values'>,
  chosen: VariableValues = {},
): Promise<VariableValues> {
  const values: Record<string, string | readonly string[]> = {};
  for (const variable of dashboard.templating.list ?? []) {
    values[variable.name] = chosen[variable.name] ?? (await startOf(variable, client, { ...context, values }));
  }
  return values;
}

async function startOf(
  variable: VariableModel,
  client: pg.Client,
  context: QueryContext,
): Promise<string | readonly string[]> {
  if (variable.type === 'datasource') return 'initsweep';
  if (variable.type === 'custom') return String(variable.options?.[0]?.value);
  if (variable.type === 'constant') return variable.query as string;
  const { rows, fields } = await client.query<Record<string, unknown>>(expandQuery(variableSql(variable), context));
  const column = fields.some(({ name }) => name === '__value') ? '__value' : fields[0]!.name;
  const options = rows.map((row) => String(row[column]));
  if (variable.includeAll) return options;
  if (!variable.multi) return options[0] ?? '';
  const wanted = [variable.current?.value ?? []].flat().filter((value) => options.includes(value));
  return wanted.length > 0 ? wanted : options.slice(0, 1);
}
