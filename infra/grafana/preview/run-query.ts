import type pg from 'pg';
import type { Column, ColumnType } from './question.ts';

/** PostgreSQL's numbers for its types; all that is not listed is text. */
const types: Readonly<Record<number, ColumnType>> = {
  16: 'boolean',
  20: 'number',
  21: 'number',
  23: 'number',
  26: 'number',
  700: 'number',
  701: 'number',
  1700: 'number',
  1082: 'time',
  1114: 'time',
  1184: 'time',
};

const parsers: Readonly<Record<ColumnType, (text: string) => string | number | boolean>> = {
  boolean: (text) => text === 't',
  number: Number,
  string: (text) => text,
  // A time without a zone is UTC for Grafana; Date takes it for local time.
  time: (text) => Date.parse(/[+-]\d\d(:?\d\d)?$/.test(text) || /^[\d-]+$/.test(text) ? text : `${text}Z`),
};

/** Runs an expanded query and answers its columns with the types that Grafana's PostgreSQL data source gives them. */
export async function runQuery(pool: pg.Pool, sql: string): Promise<Column[]> {
  const { rows, fields } = await pool.query<(string | null)[]>({
    text: sql,
    rowMode: 'array',
    types: { getTypeParser: () => (text: string) => text },
  });
  return fields.map(({ name, dataTypeID }, index) => {
    const type = types[dataTypeID] ?? 'string';
    const values = rows.map((row) => {
      const text = row[index] ?? null;
      return text === null ? null : parsers[type](text);
    });
    return { name, type, values };
  });
}

/**
 * Rows of (time, metric, number ...) as one column a metric: what Grafana makes of a query of format `time_series`. Rows are ordered
 * by time; a metric without a value at a time has null there. Without a column of text the columns stay as they are.
 */
export function byMetric(columns: readonly Column[]): Column[] {
  const time = columns.find(({ name, type }) => type === 'time' || name === 'time');
  const metric = columns.find(({ type }) => type === 'string');
  const numbers = columns.filter((column) => column !== time && column.type === 'number');
  if (!time) throw new Error('A query for a picture over time must have a column of times.');
  // `$__timeGroup` answers seconds as a number.
  const inMs =
    time.type === 'time' ? time.values : time.values.map((value) => (value === null ? null : Number(value) * 1000));
  if (!metric) return [{ name: 'time', type: 'time', values: inMs }, ...numbers];
  const times = [...new Set(inMs)].sort((left, right) => Number(left) - Number(right));
  const places = new Map(times.map((value, index) => [value, index]));
  const series = new Map<string, (number | null)[]>();
  metric.values.forEach((value, row) => {
    for (const column of numbers) {
      const name = numbers.length === 1 ? String(value) : `${String(value)} ${column.name}`;
      const list = series.get(name) ?? times.map(() => null);
      list[places.get(inMs[row]!)!] = column.values[row] as number | null;
      series.set(name, list);
    }
  });
  return [
    { name: 'time', type: 'time', values: times },
    ...[...series].map(([name, values]) => ({ name, type: 'number' as const, values })),
  ];
}
