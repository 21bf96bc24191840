import { type OpenStore, openStore } from '../../storage/prisma-sweep-store.ts';
import { createTestDatabase } from './test-database.ts';

export type TestStore = OpenStore;

/** A store on an empty database of its own, which goes when the store is closed. */
export async function createTestStore(): Promise<TestStore> {
  const database = await createTestDatabase();
  const store = await openStore(database.url);
  return {
    ...store,
    async close() {
      await store.close();
      await database.drop();
    },
  };
}
