import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';

/**
 * The data source that the dashboard's variable `datasource` chooses. `postgres` is the plugin's id up to Grafana 10 and an alias
 * of its later one.
 */
export const datasource: DataSourceRef = { type: 'postgres', uid: '${datasource}' };

/** Rows as they are, or series over time: column `time`, numbers, and a text column `metric` that names the series. */
export type QueryFormat = 'table' | 'time_series';

/** A query of Grafana's PostgreSQL data source, which the SDK has no builder for. */
export function sqlQuery(rawSql: string, format: QueryFormat = 'table'): Builder<Dataquery> {
  const query = { refId: 'A', datasource, rawSql, format, rawQuery: true, editorMode: 'code' };
  return { build: () => query as unknown as Dataquery };
}

/** A dashboard variable as a quoted SQL string; one with several values becomes 'a','b'. */
export function quoted(variable: string): string {
  return '${' + variable + ':sqlstring}';
}

/** Condition: one of the values of a variable with several; an array, since Grafana writes no value at all when there is none to choose. */
export function anyOf(column: string, variable: string): string {
  return `${column} = ANY (ARRAY[${quoted(variable)}]::text[])`;
}

/** Start of the interval that a moment lies in, as Grafana chooses intervals for the time range. */
export function interval(column: string): string {
  return `date_bin('$__interval', ${column}, timestamptz 'epoch')`;
}
