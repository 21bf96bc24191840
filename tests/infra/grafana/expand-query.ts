import { expandQuery as expandAsGrafana } from '../../../infra/grafana/expand-query.ts';
import type { VariableValues } from '../../../infra/grafana/interpolate.ts';
import type pg from 'pg';
import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';

/** Holds all that the fixtures make. */
const wholeYear = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') };

/** The SQL of a panel's only query. */
export function panelSql(panel: Panel): string {
  const [query, ...others] = (panel.targets ?? []) as unknown as { rawSql: string }[];
  if (!query || others.length > 0) throw new Error(`${panel.title} has not one query.`);
  return query.rawSql;
}

/** The panels that ask the database, in their order. */
export function sqlPanels(dashboard: Dashboard): Panel[] {
  return ((dashboard.panels ?? []) as Panel[]).filter(
    ({ type, datasource }) => type !== 'row' && datasource?.type === 'postgres',
  );
}

/** The SQL of a variable; empty for one that is not read from the database. */
export function variableSql(variable: VariableModel): string {
  return variable.type === 'query' && typeof variable.query === 'string' ? variable.query : '';
}

/** A query as Grafana sends it, with one point a minute. */
export function expandQuery(sql: string, values: VariableValues, range = wholeYear): string {
  return expandAsGrafana(sql, { values, ...range, intervalMs: 60_000 });
}

/**
 * Evaluates the variables in their order, as Grafana does when a dashboard opens: the first row of a query (all rows where
 * "All" is the default), the first of fixed values; an empty text where a query has no row.
 */
export async function readVariables(
  dashboard: Dashboard,
  client: pg.Client,
  chosen: VariableValues = {},
): Promise<VariableValues> {
  const values: Record<string, string | readonly string[]> = {};
  for (const variable of dashboard.templating.list ?? []) {
    values[variable.name] = chosen[variable.name] ?? (await defaultOf(variable, client, values));
  }
  return values;
}

async function defaultOf(
  variable: VariableModel,
  client: pg.Client,
  values: VariableValues,
): Promise<string | readonly string[]> {
  if (variable.type === 'datasource') return 'initsweep';
  if (variable.type === 'custom') return String(variable.options?.[0]?.value);
  if (variable.type === 'constant') return variable.query as string;
  const { rows, fields } = await client.query<Record<string, unknown>>(expandQuery(variableSql(variable), values));
  const column = fields.some(({ name }) => name === '__value') ? '__value' : fields[0]!.name;
  const options = rows.map((row) => String(row[column]));
  if (variable.includeAll) return options;
  return variable.multi ? options.slice(0, 1) : (options[0] ?? '');
}
