import type pg from 'pg';
import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';

/** Values of a dashboard's variables; one with several values is a list, as in Grafana. */
export type VariableValues = Readonly<Record<string, string | readonly string[]>>;

const from = '2026-01-01T00:00:00Z';
const to = '2027-01-01T00:00:00Z';
const intervalSeconds = 60;

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

/**
 * A query as Grafana sends it: variables by their format (`sqlstring` doubles quotes and joins several values by commas), then the
 * macros of its PostgreSQL data source. Throws when anything is left that Grafana would have to replace.
 */
export function expandQuery(sql: string, values: VariableValues): string {
  const expanded = sql
    .replaceAll(/\$\{(\w+):sqlstring\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`There is no variable ${name}.`);
      return [value]
        .flat()
        .map((one) => `'${one.replaceAll("'", "''")}'`)
        .join(',');
    })
    .replaceAll('$__interval', `${intervalSeconds}s`)
    .replaceAll(
      /\$__timeGroupAlias\((\w+),\s*\d+s\)/g,
      `floor(extract(epoch from $1)/${intervalSeconds})*${intervalSeconds} AS "time"`,
    )
    .replaceAll(/\$__timeFilter\((\w+)\)/g, `$1 BETWEEN '${from}' AND '${to}'`);
  if (expanded.includes('$')) throw new Error(`Not expanded: ${expanded}`);
  return expanded;
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
  const { rows, fields } = await client.query<Record<string, unknown>>(expandQuery(variableSql(variable), values));
  const column = fields.some(({ name }) => name === '__value') ? '__value' : fields[0]!.name;
  const options = rows.map((row) => String(row[column]));
  return variable.includeAll ? options : (options[0] ?? '');
}
