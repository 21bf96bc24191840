import { allowRole } from './database-role.ts';

/** The role that workers log in with where the database has an owner of its own. */
export const writerRole = 'initsweep_writer';

/**
 * Lets the role read and write rows, and nothing else: no table is made, changed or dropped by a worker. It sees the record of
 * migrations but does not write it. Throws what allowRole throws.
 */
export function allowWriter(databaseUrl: string, password: string, role = writerRole): Promise<void> {
  return allowRole(databaseUrl, {
    name: role,
    password,
    connections: 500,
    rights: (_, name) =>
      Promise.resolve([
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${name}`,
        `GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO ${name}`,
        `REVOKE INSERT, UPDATE, DELETE ON public._prisma_migrations FROM ${name}`,
      ]),
  });
}
