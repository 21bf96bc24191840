import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserError } from '../../core/errors.ts';
import { allowReader } from '../../storage/reader-role.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { createTestRole } from '../setup/test-role.ts';

const role = createTestRole('reader');

let database: TestDatabase;
let reader: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  // Two at once, as when two stacks start: both must succeed.
  await Promise.all([
    allowReader(database.url, role.password, role.name),
    allowReader(database.url, role.password, role.name),
  ]);
  reader = new pg.Client(role.urlOf(database.url));
  await reader.connect();
});

afterAll(async () => {
  await reader.end();
  await database.drop();
  await role.drop();
});

test('reads every view', async () => {
  const { rows } = await reader.query<{ name: string }>(
    "SELECT viewname AS name FROM pg_views WHERE schemaname = 'public'",
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { name } of rows) expect((await reader.query(`SELECT * FROM ${name} LIMIT 1`)).fields).not.toEqual([]);
});

test.each([
  ['read a table', 'SELECT * FROM trial'],
  ['read the migrations', 'SELECT * FROM _prisma_migrations'],
  ['write a table', 'DELETE FROM sweep'],
  ['write through a view', "UPDATE sweep_overview SET name = ''"],
  ['make a table', 'CREATE TABLE mine (a int)'],
  ['make a temporary table', 'CREATE TEMPORARY TABLE mine (a int)'],
  ['make a role', 'CREATE ROLE mine'],
  ['read a file of the server', "SELECT pg_read_file('postgresql.conf')"],
  ['run a program on the server', "COPY (SELECT 1) TO PROGRAM 'true'"],
])('may not %s, even with its read-only setting off', async (_, sql) => {
  await reader.query('SET default_transaction_read_only = off');
  await expect(reader.query(sql)).rejects.toThrow(/permission denied|must be|cannot update view/);
});

test('a new password replaces the old one', async () => {
  const renewed = randomBytes(16).toString('hex');
  await allowReader(database.url, renewed, role.name);
  const other = new pg.Client(role.urlOf(database.url, renewed));
  await other.connect();
  await other.end();
  await expect(new pg.Client(role.urlOf(database.url)).connect()).rejects.toThrow('password authentication failed');
});

test('refuses a short password, and a user who may not make roles', async () => {
  await expect(allowReader(database.url, 'short', role.name)).rejects.toThrow(UserError);
  await allowReader(database.url, role.password, role.name);
  const writing = `${role.urlOf(database.url)}?options=${encodeURIComponent('-c default_transaction_read_only=off')}`;
  await expect(allowReader(writing, role.password, `${role.name}_2`)).rejects.toThrow(UserError);
});
