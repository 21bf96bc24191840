import pg from 'pg';
import { allowRole } from './database-role.ts';

/** The role that Grafana's data source logs in with; see infra/grafana/provisioning. */
export const readerRole = 'initsweep_reader';

/**
 * Lets the role select from the views of the schema `public` and do nothing else. A viewer of Grafana can send any query through its
 * data source, so this role is the wall. Throws what allowRole throws.
 */
export function allowReader(databaseUrl: string, password: string, role = readerRole): Promise<void> {
  return allowRole(databaseUrl, {
    name: role,
    password,
    connections: 10,
    async rights(client, name) {
      const { rows } = await client.query<{ view: string }>(
        "SELECT viewname AS view FROM pg_views WHERE schemaname = 'public'",
      );
      return [
        // The role may reset these two itself: they guard against accidents, the grants against intent.
        `ALTER ROLE ${name} SET statement_timeout = '30s'`,
        `ALTER ROLE ${name} SET default_transaction_read_only = on`,
        // A picture over hours sorts 100,000 trials: with the usual 4 MB it would do that on the disk.
        `ALTER ROLE ${name} SET work_mem = '16MB'`,
        ...rows.map(({ view }) => `GRANT SELECT ON public.${pg.escapeIdentifier(view)} TO ${name}`),
      ];
    },
  });
}

/** The database's address for the reader, with its password. */
export function readerUrl(databaseUrl: string, password: string, role = readerRole): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = encodeURIComponent(password);
  return url.href;
}
