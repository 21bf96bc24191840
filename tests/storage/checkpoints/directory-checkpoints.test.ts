import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MachineError } from '../../../core/errors.ts';
import { createDirectoryPlace } from '../../../storage/checkpoints/directory-place.ts';
import { openStore } from '../../../storage/prisma-sweep-store.ts';
import { describeCheckpointStore } from '../../contracts/checkpoint-store-contract.ts';
import { createTestDatabase } from '../../setup/test-database.ts';

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describeCheckpointStore('a directory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
  const database = await createTestDatabase();
  const store = await openStore(database.url, { kind: 'directory', folder });
  return {
    store,
    count: async () => (await filesIn(folder)).length,
    async damage({ trialId, fence }, step, how) {
      const file = join(folder, trialId, `${fence}-${step}`);
      if (how === 'remove') return rm(file);
      const bytes = await readFile(file);
      bytes[500]! ^= 1;
      await writeFile(file, bytes);
    },
    async close() {
      await store.close();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a file that cannot be written leaves no part of it, and the folder as it was', async () => {
  await writeFile(join(folder, '7'), 'a file where a folder has to be');

  await expect(createDirectoryPlace(folder).put('7/1-1', new Uint8Array(10))).rejects.toBeInstanceOf(MachineError);
  expect(await filesIn(folder)).toEqual(['7']);
  await rm(join(folder, '7'));
});

test('files that no row names go when they are old enough, parts of files too', async () => {
  const database = await createTestDatabase();
  const store = await openStore(database.url, { kind: 'directory', folder });
  const place = createDirectoryPlace(folder);
  for (const name of ['1/1-1', '1/1-2.part-x', '2/1-1']) await place.put(name, new Uint8Array(10));
  const hoursAgo = new Date(Date.now() - 3 * 3_600_000);
  for (const name of ['1/1-1', '1/1-2.part-x']) await utimes(join(folder, name), hoursAgo, hoursAgo);

  expect(await store.checkpoints.collect()).toBe(2);
  expect(await filesIn(folder)).toEqual(['1-1']);
  await store.close();
  await database.drop();
});
