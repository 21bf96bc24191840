import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { ReadPage } from '../../storage/sweep-reader.ts';

/**
 * Writes pages as CSV (RFC 4180): a line of names, numbers in full precision, times as ISO 8601, lists and objects as JSON, nothing for null.
 *
 * @returns rows written
 */
export async function writeCsv(path: string, pages: AsyncIterable<ReadPage>): Promise<number> {
  let count = 0;
  const lines = async function* (): AsyncGenerator<unknown[]> {
    let isFirst = true;
    for await (const { columns, rows } of pages) {
      if (isFirst) yield columns.map(({ name }) => name);
      isFirst = false;
      count += rows.length;
      for (const row of rows) yield [...row];
    }
  };
  const format = stringify({
    cast: { date: (value) => value.toISOString(), boolean: String, object: (value) => JSON.stringify(value) },
  });
  await pipeline(Readable.from(lines()), format, createWriteStream(path));
  return count;
}
