import type { SchemaElement } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import pg from 'pg';
import { BugError } from '../../core/errors.ts';
import type { ReadColumn, ReadPage } from '../../storage/sweep-reader.ts';

const { BOOL, INT4, INT8, FLOAT8, TEXT, TIMESTAMPTZ, JSONB } = pg.types.builtins;
/** PostgreSQL's lists of texts, which pg does not name. */
const textList = 1009;

interface ColumnForm {
  readonly element: Omit<SchemaElement, 'name'>;
  /** As the writer wants it. */
  readonly convert?: (value: unknown) => unknown;
}

const forms: Readonly<Record<number, ColumnForm>> = {
  [BOOL]: { element: { type: 'BOOLEAN' } },
  [INT4]: { element: { type: 'INT32' } },
  // pg gives these as text, for they may be larger than a safe number.
  [INT8]: { element: { type: 'INT64' }, convert: (value) => BigInt(value as string) },
  [FLOAT8]: { element: { type: 'DOUBLE' } },
  [TEXT]: { element: { type: 'BYTE_ARRAY', converted_type: 'UTF8' } },
  [TIMESTAMPTZ]: { element: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' } },
  [JSONB]: { element: { type: 'BYTE_ARRAY', converted_type: 'JSON' } },
  [textList]: { element: { type: 'BYTE_ARRAY', converted_type: 'JSON' } },
};

/**
 * Writes pages as Parquet, each page a row group: whole numbers, doubles, booleans, texts and times by their own types, lists and objects as
 * JSON; every column may be null.
 *
 * @returns rows written
 */
export async function writeParquet(path: string, pages: AsyncIterable<ReadPage>): Promise<number> {
  let count = 0;
  let writer: ParquetWriter | null = null;
  for await (const { columns, rows } of pages) {
    writer ??= new ParquetWriter({ writer: fileWriter(path), schema: schemaOf(columns) });
    count += rows.length;
    if (rows.length === 0) continue;
    const columnData = columns.map(({ name, type }, i) => {
      const { convert } = forms[type]!;
      return { name, data: rows.map((row) => (row[i] === null || !convert ? row[i] : convert(row[i]))) };
    });
    await writer.write({ columnData, rowGroupSize: rows.length });
  }
  await writer?.finish();
  return count;
}

function schemaOf(columns: readonly ReadColumn[]): SchemaElement[] {
  const elements = columns.map(({ name, type }): SchemaElement => {
    const form = forms[type];
    if (form === undefined) throw new BugError(`Parquet files have no form yet for column ${name}.`, { type });
    return { name, repetition_type: 'OPTIONAL', ...form.element };
  });
  return [{ name: 'root', num_children: elements.length }, ...elements];
}
