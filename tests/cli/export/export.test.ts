import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportTables } from '../../../cli/export/export-tables.ts';
import { writeCsv } from '../../../cli/export/write-csv.ts';
import { writeParquet } from '../../../cli/export/write-parquet.ts';
import { openStore } from '../../../storage/prisma-sweep-store.ts';
import { withSweepReader, type ReadPage } from '../../../storage/sweep-reader.ts';
import { claimedIn, epoch, judgement, layer, result, sweep } from '../../contracts/sweep-store-samples.ts';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.ts';

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'initsweep-export-'));
  const store = await openStore(database.url);
  for (const id of ['a', 'other']) await store.openSweep(sweep(id));
  for (const [sweepId, number] of [
    ['a', 0],
    ['a', 1],
    ['other', 2],
  ] as const) {
    const trial = await claimedIn(store, sweepId, number, `key ${number}`);
    const layers = [layer(0, 1, { unitCosine: null, activationVariance: 0.1 + 0.2 }), layer(4, 1)];
    const ended = result({ testLoss: 1 / 3, reason: 'Says "yes", on\ntwo lines.' });
    await store.finishTrial(trial, ended, { epochs: [epoch(0), epoch(4)], layers });
    await store.passRungs({ sweepId, number, race: 'relu · depth 2' }, [3]);
  }
  await store.storeJudgement('a', 'all', judgement);
  await store.close();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

type Row = Record<string, unknown>;

/** The rows as the database gives them. */
const stored = (sql: string): Promise<Row[]> => withSweepReader(database.url, (reader) => reader.rows<Row>(sql, ['a']));

async function write(table: string, format: 'csv' | 'parquet'): Promise<{ path: string; count: number }> {
  const path = join(folder, `${table}.${format}`);
  const writer = format === 'csv' ? writeCsv : writeParquet;
  const sql = exportTables[table]!;
  return { path, count: await withSweepReader(database.url, (reader) => writer(path, reader.pages(sql, ['a']))) };
}

const findings = judgement.verdicts.flatMap((verdict) => verdict.findings).length;
const counts = { trials: 2, epochs: 4, layers: 4, rungs: 2, verdicts: 6, findings, recommendations: 2 };

describe.each(Object.keys(exportTables))('the table %s', (table) => {
  test('comes back from CSV as it is stored', async () => {
    const { path, count } = await write(table, 'csv');
    const read = parse(await readFile(path), { columns: true }) as unknown as Record<string, string>[];
    const expected = (await stored(exportTables[table]!)).map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => {
          if (value === null) return [name, ''];
          if (value instanceof Date) return [name, value.toISOString()];
          return [name, typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean)];
        }),
      ),
    );
    expect(read).toEqual(expected);
    expect(count).toBe(counts[table as keyof typeof counts]);
  });

  test('comes back from Parquet as it is stored, in its own types', async () => {
    const { path } = await write(table, 'parquet');
    const read = (await parquetReadObjects({ file: await asyncBufferFromFile(path) })) as Row[];
    const plain = (value: unknown) => (typeof value === 'bigint' ? String(value) : value);
    expect(
      read.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)]))),
    ).toEqual(await stored(exportTables[table]!));
  });
});

test('a table without rows has its columns', async () => {
  const path = join(folder, 'none.csv');
  const parquet = join(folder, 'none.parquet');
  const sql = exportTables['trials']!;
  await withSweepReader(database.url, (reader) => writeCsv(path, reader.pages(sql, ['nowhere'])));
  await withSweepReader(database.url, (reader) => writeParquet(parquet, reader.pages(sql, ['nowhere'])));
  expect(await readFile(path, 'utf8')).toMatch(/^sweep_id,workflow_id,.*\n$/);
  expect(await parquetReadObjects({ file: await asyncBufferFromFile(parquet) })).toEqual([]);
});

test('large tables pass through page by page', async () => {
  const sizes: number[] = [];
  async function* watched(pages: AsyncIterable<ReadPage>): AsyncGenerator<ReadPage> {
    for await (const page of pages) {
      sizes.push(page.rows.length);
      yield page;
    }
  }
  const sql =
    "SELECT n::int AS number, n / 7.0::double precision AS share FROM generate_series(1, 12000) n WHERE $1 = 'a'";
  const path = join(folder, 'large.parquet');
  const count = await withSweepReader(database.url, (reader) => writeParquet(path, watched(reader.pages(sql, ['a']))));
  expect([count, sizes]).toEqual([12_000, [5_000, 5_000, 2_000]]);
  const read = (await parquetReadObjects({ file: await asyncBufferFromFile(path) })) as Row[];
  expect(read).toHaveLength(12_000);
  expect(read[11_999]).toEqual({ number: 12_000, share: 12_000 / 7 });
});

test('a reader can write nothing', async () => {
  await expect(
    withSweepReader(database.url, (reader) => reader.rows('DELETE FROM sweep WHERE id = $1 RETURNING id', ['a'])),
  ).rejects.toThrow('read-only');
});
