import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { UserError } from '../../core/errors.ts';
import { allowReader } from '../../storage/reader-role.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';

// Roles belong to the server, not to a database: each run of this file has its own.
const role = `reader_${randomBytes(6).toString('hex')}`;
const password = 'p\'a\\s"s' + randomBytes(12).toString('hex');

let database: TestDatabase;
let reader: pg.Client;

const readerUrl = (secret: string) => {
  const url = new URL(database.url);
  url.username = role;
  url.password = encodeURIComponent(secret);
  return url.href;
};

beforeAll(async () => {
  database = await createTestDatabase();
  // Two at once, as when two stacks start: both must succeed.
  await Promise.all([allowReader(database.url, password, role), allowReader(database.url, password, role)]);
  reader = new pg.Client(readerUrl(password));
  await reader.connect();
});

afterAll(async () => {
  await reader.end();
  await database.drop();
  const admin = new pg.Client(inject('databaseAdminUrl'));
  await admin.connect();
  await admin.query(`DROP ROLE ${role}`);
  await admin.end();
});

test('reads every view', async () => {
  const { rows } = await reader.query<{ name: string }>(
    "SELECT viewname AS name FROM pg_views WHERE schemaname = 'public'",
  );
  expect(rows.length).toBeGreaterThan(0);
  for (const { name } of rows) expect((await reader.query(`SELECT * FROM ${name} LIMIT 1`)).rows).toEqual([]);
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
  await allowReader(database.url, renewed, role);
  const other = new pg.Client(readerUrl(renewed));
  await other.connect();
  await other.end();
  await expect(new pg.Client(readerUrl(password)).connect()).rejects.toThrow('password authentication failed');
});

test('refuses a short password, and a user who may not make roles', async () => {
  await expect(allowReader(database.url, 'short', role)).rejects.toThrow(UserError);
  await allowReader(database.url, password, role);
  const writing = `${readerUrl(password)}?options=${encodeURIComponent('-c default_transaction_read_only=off')}`;
  await expect(allowReader(writing, password, `${role}_2`)).rejects.toThrow(UserError);
});
