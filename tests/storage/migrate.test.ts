import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { MachineError } from '../../core/errors.ts';
import { migrate } from '../../storage/migrate.ts';
import { openSchemaEngine } from '../../storage/schema-engine.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('applies every migration once when several processes migrate an empty database at once', async () => {
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const answers = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url)));
  const applied = answers.flatMap((answer) => answer.applied);
  expect(applied.slice(0, 2)).toEqual(['0001_tables', '0002_views']);
  expect(new Set(applied).size).toBe(applied.length);
  const { rows } = await client.query('SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL');
  expect(rows).toHaveLength(applied.length);
  await client.end();
});

it('does nothing when nothing is pending', async () => {
  expect(await migrate(database.url)).toEqual({ applied: [] });
});

it('has migrations that give exactly the schema of schema.prisma', async () => {
  const path = 'prisma/schema.prisma';
  const content = readFileSync(path, 'utf8');
  const { engine, close } = await openSchemaEngine(database.url, [[path, content]]);
  const difference = await engine.diff({
    from: { tag: 'schemaDatasource', files: [{ path, content }], configDir: process.cwd() },
    to: { tag: 'schemaDatamodel', files: [{ path, content }] },
    script: true,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  });
  await close();
  expect(difference).toEqual({ exitCode: 0, stdout: '-- This is an empty migration.\n' });
});

it('says what every column of every view is', async () => {
  const client = new pg.Client(database.url);
  await client.connect();
  const { rows } = await client.query(
    `SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
     WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace AND col_description(c.oid, a.attnum) IS NULL`,
  );
  expect(rows).toEqual([]);
  await client.end();
});

it('throws MachineError when no server answers', async () => {
  const url = new URL(inject('databaseAdminUrl'));
  url.port = '1';
  await expect(migrate(url.href)).rejects.toBeInstanceOf(MachineError);
});
