import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

const name = `migrate_${randomBytes(6).toString('hex')}`;
let url: string;

async function asAdmin(sql: string): Promise<void> {
  const admin = new pg.Client(inject('databaseAdminUrl'));
  await admin.connect();
  await admin.query(sql);
  await admin.end();
}

beforeAll(async () => {
  await asAdmin(`CREATE DATABASE ${name}`);
  url = Object.assign(new URL(inject('databaseAdminUrl')), { pathname: `/${name}` }).href;
});
afterAll(() => asAdmin(`DROP DATABASE ${name} WITH (FORCE)`));

const initsweep = (args: readonly string[], environment: NodeJS.ProcessEnv) =>
  promisify(execFile)(process.execPath, ['cli/bootstrap.mjs', 'cli', ...args], {
    env: { PATH: process.env['PATH'], ...environment },
  });

test('an empty database becomes ready for workers, and a second time nothing is left to do', async () => {
  const first = await initsweep(['migrate'], { DATABASE_URL: url });
  expect(first.stdout).toMatch(/^Applied 0001_tables, 0002_views, /);
  const second = await initsweep(['migrate'], { DATABASE_URL: url });
  expect(second.stdout).toBe('The schema is up to date.\n');
});

test('without an address it says which one it needs', async () => {
  await expect(initsweep(['migrate'], {})).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Set DATABASE_URL'),
  });
});

test('a worker of no kind is refused with the kinds there are', async () => {
  await expect(initsweep(['worker', 'gpu'], {})).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('choose control or training'),
  });
});
