import { interpolate, type VariableValues } from './interpolate.ts';

/** What a query is asked with, beside its SQL. */
export interface QueryContext {
  readonly values: VariableValues;
  /** The dashboard's time range. */
  readonly from: Date;
  readonly to: Date;
  /** What one point of a picture over time stands for. */
  readonly intervalMs: number;
}

/**
 * A query as Grafana sends it: first its variables, which are to be quoted (`${name:sqlstring}`; any other format is refused, so that no
 * value can become SQL), then the macros of its PostgreSQL data source. Throws Error when anything is left that Grafana would have to replace.
 */
export function expandQuery(sql: string, { values, from, to, intervalMs }: QueryContext): string {
  const start = `'${from.toISOString()}'`;
  const end = `'${to.toISOString()}'`;
  const interval = intervalMs % 1000 === 0 ? `${intervalMs / 1000}s` : `${intervalMs}ms`;
  const quotedOnly = sql.replaceAll(/\$\{(\w+):sqlstring\}/g, (whole, name: string) => {
    if (values[name] === undefined) throw new Error(`There is no variable ${name}.`);
    return interpolate(whole, () => values[name], 'sqlstring');
  });
  const expanded = quotedOnly
    .replaceAll(/\$__interval_ms\b/g, String(intervalMs))
    .replaceAll(/\$__interval\b/g, interval)
    .replaceAll(
      /\$__timeGroup(Alias)?\(([\w.]+),\s*'?([\w.]+)'?\)/g,
      (_, alias: string, column: string, width: string) => {
        const seconds = secondsOf(width);
        return `floor(extract(epoch from ${column})/${seconds})*${seconds}${alias ? ' AS "time"' : ''}`;
      },
    )
    .replaceAll(/\$__timeFilter\(([\w.]+)\)/g, `$1 BETWEEN ${start} AND ${end}`)
    .replaceAll('$__timeFrom()', start)
    .replaceAll('$__timeTo()', end);
  // Quoted values may hold a dollar; what is left of the query itself may not.
  const left = expanded.replaceAll(/'(?:[^']|'')*'/g, '').match(/\$\S+/);
  if (left) throw new Error(`Grafana's ${left[0]} is not expanded.`);
  return expanded;
}

const secondsPerUnit: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

function secondsOf(width: string): number {
  const [, count, unit] = /^([\d.]+)(ms|[smhd])$/.exec(width) ?? [];
  if (!count || !unit) throw new Error(`${width} is no interval.`);
  return Number(count) * secondsPerUnit[unit]!;
}
