import pg from 'pg';
import { UserError } from '../core/errors.ts';
import { storageError } from './storage-error.ts';

/** Any number of our own: PostgreSQL's advisory locks are numbers. */
const roleLock = 7_231_005;
const shortestPassword = 16;

export interface DatabaseRole {
  readonly name: string;
  readonly password: string;
  readonly connections: number;
  /** What the role may do, as statements that may be run again; identifiers are escaped already. */
  rights(client: pg.Client, name: string, database: string): Promise<string[]>;
}

/**
 * Makes a role that can log in and has these rights and no others, or brings it up to date; call it again after a migration.
 * Throws UserError for a short password or when the database's user may not make roles, MachineError when the database cannot be reached.
 */
export async function allowRole(databaseUrl: string, role: DatabaseRole): Promise<void> {
  if (role.password.length < shortestPassword) {
    throw new UserError(`The password of the role ${role.name} must have at least ${shortestPassword} characters.`);
  }
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // a lost connection rejects the query that is under way
  try {
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [roleLock]);
    for (const statement of await statements(client, role)) await client.query(statement);
    await client.query('COMMIT');
  } catch (error) {
    throw storageError(error, 'allowRole');
  } finally {
    await client.end().catch(() => {});
  }
}

async function statements(client: pg.Client, role: DatabaseRole): Promise<string[]> {
  const { rows } = await client.query<{ database: string; known: boolean }>(
    'SELECT current_database() AS database, EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS known',
    [role.name],
  );
  const name = pg.escapeIdentifier(role.name);
  const database = pg.escapeIdentifier(rows[0]!.database);
  const password = pg.escapeLiteral(role.password);
  const limits = `LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT ${role.connections} PASSWORD ${password}`;
  return [
    `${rows[0]!.known ? 'ALTER' : 'CREATE'} ROLE ${name} ${limits}`,
    // Temporary tables are the one thing that everybody may make. Connecting stays open to the roles that others made.
    `REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC`,
    `REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, ${name}`,
    `GRANT CONNECT ON DATABASE ${database} TO ${name}`,
    `GRANT USAGE ON SCHEMA public TO ${name}`,
    ...(await role.rights(client, name, database)),
  ];
}
