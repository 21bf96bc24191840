import pg from 'pg';
import { openStore } from '../../../storage/prisma-sweep-store.ts';
import { describeCheckpointStore } from '../../contracts/checkpoint-store-contract.ts';
import { createTestDatabase } from '../../setup/test-database.ts';

describeCheckpointStore('the database', async () => {
  const database = await createTestDatabase();
  const store = await openStore(database.url);
  const client = new pg.Client(database.url);
  await client.connect();
  return {
    store,
    async count() {
      const { rows } = await client.query<{ count: number }>('SELECT count(bytes)::int FROM checkpoint');
      return rows[0]!.count;
    },
    async damage({ trialId, fence }, step, how) {
      const bytes = how === 'flip' ? 'set_byte(bytes, 500, get_byte(bytes, 500) # 1)' : "''::bytea";
      await client.query(`UPDATE checkpoint SET bytes = ${bytes} WHERE (trial_id, fence, step) = ($1, $2, $3)`, [
        trialId,
        fence,
        step,
      ]);
    },
    async close() {
      await client.end();
      await store.close();
      await database.drop();
    },
  };
});
