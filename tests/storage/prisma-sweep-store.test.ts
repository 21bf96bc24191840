import pg from 'pg';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import { allowWriter } from '../../storage/writer-role.ts';
import { describeRungs } from '../contracts/rungs-contract.ts';
import { describeSweepStore, type OpenedStore } from '../contracts/sweep-store-contract.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { createTestRole } from '../setup/test-role.ts';

// As a worker's role: what the store does must not need more.
async function open(): Promise<OpenedStore> {
  const database = await createTestDatabase();
  const role = createTestRole('writer');
  await allowWriter(database.url, role.password, role.name);
  const store = await openStore(role.urlOf(database.url));
  const client = new pg.Client(database.url);
  await client.connect();
  return {
    store,
    async dump() {
      const tables: Record<string, unknown> = {};
      for (const table of [
        'sweep',
        'sweep_trial',
        'trial',
        'sweep_event',
        'judgement',
        'judged_claim',
        'judged_network',
      ]) {
        tables[table] = (await client.query(`SELECT * FROM ${table} ORDER BY 1, 2`)).rows;
      }
      tables['rung'] = (await client.query('SELECT * FROM rung ORDER BY 1, 2, 3')).rows;
      tables['judged_finding'] = (await client.query('SELECT * FROM judged_finding ORDER BY 1, 2, 3')).rows;
      for (const [table, loss] of [
        ['epoch', 'train_loss'],
        ['layer', 'unit_cosine'],
      ]) {
        const { rows } = await client.query({
          text: `SELECT trial_id || ' ' || epoch, ${loss}, to_jsonb(${table})::text FROM ${table} ORDER BY 3`,
          rowMode: 'array',
        });
        tables[table!] = rows;
      }
      return tables;
    },
    async close() {
      await store.close();
      await client.end();
      await database.drop();
      await role.drop();
    },
  };
}

describeSweepStore('PostgreSQL', open);
describeRungs('PostgreSQL', open);
