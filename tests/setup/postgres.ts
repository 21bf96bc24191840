import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startPostgres } from '../../infra/local/postgres.ts';
import { migrate } from '../../storage/migrate.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A superuser's address on the run's own PostgreSQL. */
    databaseAdminUrl: string;
  }
}

/** Migrated once a run; createTestDatabase copies it. */
export const templateDatabase = 'test_template';

/** One PostgreSQL for the whole run, on a free port, with its data in a temporary folder; without fsync, for nothing of it is kept. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'initsweep-tests-'));
  chmodSync(folder, 0o755); // as root, PostgreSQL runs as another user
  const server = await startPostgres({
    folder,
    cacheFolder: join(folder, 'cache'),
    port: 20_000 + Math.floor(Math.random() * 20_000),
    portTaken: 'next',
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
  });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query(`CREATE DATABASE ${templateDatabase}`);
    await client.end();
    const template = new URL(server.url);
    template.pathname = `/${templateDatabase}`;
    await migrate(template.href);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('databaseAdminUrl', server.url);
  return stop;
}
