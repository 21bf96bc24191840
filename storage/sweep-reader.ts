import pg from 'pg';
import { storageError } from './storage-error.ts';

export interface ReadColumn {
  readonly name: string;
  /** PostgreSQL's number of its type (pg.types.builtins). */
  readonly type: number;
}

/** Rows in the order of the columns. */
export interface ReadPage {
  readonly columns: readonly ReadColumn[];
  readonly rows: readonly (readonly unknown[])[];
}

export interface SweepReader {
  /** Result of a query as it comes, never more than a page in memory; at least one page, be it empty. */
  pages(sql: string, parameters: readonly unknown[]): AsyncGenerator<ReadPage>;
  /** All rows of a query whose result is known to be small, as objects. */
  rows<Row>(sql: string, parameters: readonly unknown[]): Promise<Row[]>;
}

const pageRows = 5_000;

/**
 * Reads of one moment, whatever is written meanwhile, in a transaction that can write nothing.
 * Throws MachineError when the database cannot be reached.
 */
export async function withSweepReader<Result>(
  databaseUrl: string,
  use: (reader: SweepReader) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // a lost connection rejects the query that is under way
  try {
    await client.connect();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await use({
      pages: (sql, parameters) => pagesOf(client, sql, parameters),
      rows: async <Row>(sql: string, parameters: readonly unknown[]) =>
        (await client.query(sql, [...parameters])).rows as Row[],
    });
  } catch (error) {
    throw error instanceof pg.DatabaseError || (error as NodeJS.ErrnoException).code !== undefined
      ? storageError(error, 'read')
      : error;
  } finally {
    await client.end().catch(() => {});
  }
}

async function* pagesOf(client: pg.Client, sql: string, parameters: readonly unknown[]): AsyncGenerator<ReadPage> {
  await client.query(`DECLARE page NO SCROLL CURSOR FOR ${sql}`, [...parameters]);
  try {
    for (let isFirst = true; ; isFirst = false) {
      const { fields, rows } = await client.query<unknown[]>({ text: `FETCH ${pageRows} FROM page`, rowMode: 'array' });
      if (rows.length === 0 && !isFirst) return;
      yield { columns: fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })), rows };
      if (rows.length < pageRows) return;
    }
  } finally {
    await client.query('CLOSE page');
  }
}
