import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allowWriter } from '../../storage/writer-role.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { createTestRole } from '../setup/test-role.ts';

// What it may do is the store's contract, which runs as this role.
const role = createTestRole('writer');
let database: TestDatabase;
let writer: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  await allowWriter(database.url, role.password, role.name);
  writer = new pg.Client(role.urlOf(database.url));
  await writer.connect();
});

afterAll(async () => {
  await writer.end();
  await database.drop();
  await role.drop();
});

test.each([
  ['make a table', 'CREATE TABLE mine (a int)'],
  ['make a temporary table', 'CREATE TEMPORARY TABLE mine (a int)'],
  ['change a table', 'ALTER TABLE trial ADD mine int'],
  ['drop a table', 'DROP TABLE epoch'],
  ['empty a table past its rules', 'TRUNCATE epoch'],
  ['replace a view', 'CREATE OR REPLACE VIEW sweep_overview AS SELECT 1'],
  ['forge the record of migrations', 'DELETE FROM _prisma_migrations'],
  ['make a role', 'CREATE ROLE mine'],
  ['read a file of the server', "SELECT pg_read_file('postgresql.conf')"],
])('a worker’s role may not %s', async (_, sql) => {
  await expect(writer.query(sql)).rejects.toThrow(/permission denied|must be/);
});
