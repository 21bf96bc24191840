import pg from 'pg';
import { UserError } from '../core/errors.ts';
import { storageError } from './storage-error.ts';

/** The role that Grafana's data source logs in with; see infra/grafana/provisioning. */
export const readerRole = 'initsweep_reader';

/** Any number of our own: PostgreSQL's advisory locks are numbers. */
const roleLock = 7_231_005;
const shortestPassword = 16;

/**
 * Makes the role that may select from the views of the schema `public` and do nothing else, or brings it up to date; call it again
 * after a migration. A viewer of Grafana can send any query through its data source, so this role is the wall.
 * Throws UserError for a short password or when the database's user may not make roles, MachineError when the database cannot be reached.
 */
export async function allowReader(databaseUrl: string, password: string, role = readerRole): Promise<void> {
  if (password.length < shortestPassword) {
    throw new UserError(`The password of the role ${role} must have at least ${shortestPassword} characters.`);
  }
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // a lost connection rejects the query that is under way
  try {
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [roleLock]);
    for (const statement of await statements(client, password, role)) await client.query(statement);
    await client.query('COMMIT');
  } catch (error) {
    throw storageError(error, 'allowReader');
  } finally {
    await client.end().catch(() => {});
  }
}

async function statements(client: pg.Client, password: string, role: string): Promise<string[]> {
  const { rows } = await client.query<{ database: string; known: boolean }>(
    'SELECT current_database() AS database, EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS known',
    [role],
  );
  const { rows: views } = await client.query<{ name: string }>(
    "SELECT viewname AS name FROM pg_views WHERE schemaname = 'public'",
  );
  const name = pg.escapeIdentifier(role);
  const database = pg.escapeIdentifier(rows[0]!.database);
  const rights = `LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 10 PASSWORD ${pg.escapeLiteral(password)}`;
  return [
    `${rows[0]!.known ? 'ALTER' : 'CREATE'} ROLE ${name} ${rights}`,
    // The role may reset these two itself: they guard against accidents, the grants against intent.
    `ALTER ROLE ${name} SET statement_timeout = '30s'`,
    `ALTER ROLE ${name} SET default_transaction_read_only = on`,
    // Temporary tables are the one thing that everybody may make. Connecting stays open to the roles that others made.
    `REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC`,
    `REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, ${name}`,
    `GRANT CONNECT ON DATABASE ${database} TO ${name}`,
    `GRANT USAGE ON SCHEMA public TO ${name}`,
    ...views.map((view) => `GRANT SELECT ON public.${pg.escapeIdentifier(view.name)} TO ${name}`),
  ];
}
