import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { packageRoot, usablePrograms } from '../../../infra/local/postgres-binaries.ts';
import { startPostgres, type PostgresOptions, type PostgresServer } from '../../../infra/local/postgres.ts';

let folder: string;
const servers: PostgresServer[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'initsweep-postgres-'));
  chmodSync(folder, 0o755); // as root, the server runs as another user
});
afterAll(async () => {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const options = (name: string, changes: Partial<PostgresOptions> = {}): PostgresOptions => ({
  folder: join(folder, name),
  cacheFolder: join(folder, 'cache'),
  port: 51_000 + (process.pid % 5_000),
  portTaken: 'next',
  ...changes,
});

async function start(name: string, changes: Partial<PostgresOptions> = {}): Promise<PostgresServer> {
  const server = await startPostgres(options(name, changes));
  servers.push(server);
  return server;
}

async function query(url: string, sql: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it('keeps its data over a stop, its password to itself, and listens on the loopback interface only', async () => {
  const first = await start('kept');
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
  await first.stop();
  await expect(query(first.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  const second = await start('kept');
  expect(second).toMatchObject({ url: first.url.replace(String(first.port), String(second.port)), adopted: false });
  expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  expect(await query(second.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  expect(statSync(join(folder, 'kept/password')).mode & 0o777).toBe(0o600);
  const wrong = new URL(second.url);
  wrong.password = 'wrong';
  await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
});

it('adopts the server of a process that was killed', async () => {
  const script = join(folder, 'killed.mts');
  const module = new URL('../../../infra/local/postgres.ts', import.meta.url).href;
  writeFileSync(
    script,
    `import { startPostgres } from ${JSON.stringify(module)};
     const server = await startPostgres(${JSON.stringify(options('adopted'))});
     process.stdout.write(String(server.pid), () => process.kill(process.pid, 'SIGKILL'));`,
  );
  const killed = spawnSync(process.execPath, ['--import', import.meta.resolve('tsx'), script], { encoding: 'utf8' });
  expect(killed.signal).toBe('SIGKILL');
  const server = await start('adopted');
  expect(server).toMatchObject({ adopted: true, pid: Number(killed.stdout) });
  expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await server.stop();
  expect(existsSync(join(folder, 'adopted/data/postmaster.pid'))).toBe(false);
});

it('gives one server to several who start the same new folder at once', async () => {
  const started = await Promise.all([start('shared'), start('shared'), start('shared')]);
  expect(new Set(started.map(({ pid }) => pid)).size).toBe(1);
  expect(started.filter(({ adopted }) => !adopted)).toHaveLength(1);
});

it('refuses a port that is in use, or takes the next one, as asked', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
  });
  const refused = start('ports', { port, portTaken: 'refuse' });
  await expect(refused).rejects.toBeInstanceOf(UserError);
  await expect(refused).rejects.toThrow(`Port ${port}`);
  expect((await start('ports', { port, portTaken: 'next' })).port).toBeGreaterThan(port);
  await new Promise((resolve) => other.close(resolve));
});

it('says so when the password of an existing folder is gone', async () => {
  const server = await start('lost');
  await server.stop();
  unlinkSync(join(folder, 'lost/password'));
  await expect(start('lost')).rejects.toBeInstanceOf(UserError);
});

it('restores the links that npm drops from the package, in a copy', () => {
  const root = join(folder, 'package');
  const original = packageRoot();
  if (original === null) throw new Error('npm has no PostgreSQL for this platform');
  const text = readFileSync(join(original, 'native/pg-symlinks.json'), 'utf8');
  const links = (JSON.parse(text) as { target: string }[]).map(({ target }) => join(original, target));
  cpSync(original, root, { recursive: true, filter: (path) => !links.includes(path) });
  const bin = usablePrograms(root, join(folder, 'links'), null);
  expect(bin.startsWith(join(folder, 'links'))).toBe(true);
  expect(execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })).toContain('PostgreSQL');
  expect(usablePrograms(root, join(folder, 'links'), null)).toBe(bin);
});
