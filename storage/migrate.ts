import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { BugError } from '../core/errors.ts';
import { openSchemaEngine } from './schema-engine.ts';
import { storageError } from './storage-error.ts';

const folder = fileURLToPath(new URL('../prisma/migrations', import.meta.url));
/** Any number of our own: PostgreSQL's advisory locks are numbers. */
const migrationLock = 7_231_004;

/**
 * Brings the database's schema up to date and says which migrations that took; any number of processes may do so at once. Quick when
 * nothing is pending. Throws MachineError when the database cannot be reached, BugError when a migration fails (it is rolled back).
 */
export async function migrate(databaseUrl: string): Promise<{ applied: string[] }> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // a lost connection rejects the query that is under way
  try {
    await client.connect();
    const migrations = readMigrations();
    if (await isUpToDate(client, migrations)) return { applied: [] };
    await client.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    if (await isUpToDate(client, migrations)) return { applied: [] };
    return await apply(databaseUrl, migrations);
  } catch (error) {
    throw storageError(error, 'migrate');
  } finally {
    await client.end().catch(() => {}); // releases the lock
  }
}

interface Migration {
  readonly name: string;
  readonly sql: string;
}

function readMigrations(): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(folder, name, 'migration.sql'), 'utf8') }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

async function isUpToDate(client: pg.Client, migrations: readonly Migration[]): Promise<boolean> {
  const { rows: tables } = await client.query<{ found: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found",
  );
  if (tables[0]?.found !== true) return false;
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const done = new Map(rows.map((row) => [row.name, row.checksum]));
  return migrations.every(({ name, sql }) => done.get(name) === createHash('sha256').update(sql).digest('hex'));
}

async function apply(databaseUrl: string, migrations: readonly Migration[]): Promise<{ applied: string[] }> {
  const { engine, close } = await openSchemaEngine(databaseUrl);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: {
        baseDir: folder,
        lockfile: {
          path: 'migration_lock.toml',
          content: readFileSync(join(folder, 'migration_lock.toml'), 'utf8'),
        },
        shadowDbInitScript: '',
        migrationDirectories: migrations.map(({ name, sql }) => ({
          path: name,
          migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
        })),
      },
      filters: { externalTables: [], externalEnums: [] },
    });
    return { applied: appliedMigrationNames };
  } catch (error) {
    throw new BugError(`A migration failed: ${(error as Error).message}`, { folder });
  } finally {
    await close();
  }
}
