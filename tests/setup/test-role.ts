import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

/** Roles belong to the server, not to a database: each user of this has one of its own. */
export interface TestRole {
  readonly name: string;
  readonly password: string;
  /** The database's address with this role and, unless another is given, its password. */
  urlOf(databaseUrl: string, password?: string): string;
  /** After the databases in which it has rights are gone. */
  drop(): Promise<void>;
}

/** A name and a password; whoever is tested makes the role. */
export function createTestRole(kind: string): TestRole {
  const name = `${kind}_${randomBytes(6).toString('hex')}`;
  const password = 'p\'a\\s"s' + randomBytes(12).toString('hex');
  return {
    name,
    password,
    urlOf(databaseUrl, secret = password) {
      const url = new URL(databaseUrl);
      url.username = name;
      url.password = encodeURIComponent(secret);
      return url.href;
    },
    async drop() {
      const admin = new pg.Client(inject('databaseAdminUrl'));
      await admin.connect();
      await admin.query(`DROP ROLE IF EXISTS ${name}`);
      await admin.end();
    },
  };
}
