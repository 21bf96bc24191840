import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { findStack } from '../../infra/local/stack.ts';
import { withoutPassword } from '../../infra/local/stack-database.ts';
import type { Finding } from './finding.ts';

const migrationsFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** Whether PostgreSQL answers, and whether it has every migration of this checkout. */
export async function databaseFindings(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const subject = 'PostgreSQL';
  const given = environment['DATABASE_URL'];
  const url = given || (await findStack(environment))?.database?.url;
  if (!url) return [{ subject, state: 'note', detail: 'not running', mend: 'npx initsweep up' }];
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
  } catch (error) {
    const mend = given ? 'start that server, or correct DATABASE_URL' : 'npx initsweep down, then npx initsweep up';
    return [{ subject, state: 'bad', detail: `${describe(url)}: ${(error as Error).message}`, mend }];
  }
  try {
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version') AS version");
    const version: Finding = { subject, state: 'good', detail: `${describe(url)}, version ${rows[0]?.version ?? ''}` };
    return [version, await migrationsFinding(client)];
  } finally {
    await client.end();
  }
}

function describe(url: string): string {
  try {
    return withoutPassword(url);
  } catch {
    return 'DATABASE_URL (no valid address)';
  }
}

async function migrationsFinding(client: pg.Client): Promise<Finding> {
  const subject = 'migrations';
  const entries = await readdir(migrationsFolder, { withFileTypes: true });
  const wanted = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const { rows: tables } = await client.query<{ found: string | null }>(
    "SELECT to_regclass('_prisma_migrations')::text AS found",
  );
  const applied = tables[0]?.found
    ? await client.query<{ name: string }>(
        'SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL',
      )
    : { rows: [] };
  const names = new Set(applied.rows.map(({ name }) => name));
  const missing = wanted.filter((name) => !names.has(name));
  if (missing.length === 0) return { subject, state: 'good', detail: `all ${wanted.length} applied` };
  return { subject, state: 'bad', detail: `not applied: ${missing.join(', ')}`, mend: 'npx initsweep up applies them' };
}
