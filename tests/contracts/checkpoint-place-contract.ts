import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CheckpointLocation } from '../../storage/checkpoints/checkpoint-location.ts';
import type { CheckpointPlace } from '../../storage/checkpoints/checkpoint-place.ts';
import { openCheckpointPlace } from '../../storage/checkpoints/open-checkpoint-place.ts';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import { createTestDatabase } from '../setup/test-database.ts';
import { filesIn } from './checkpoint-files.ts';
import { describeCheckpointStore } from './checkpoint-store-contract.ts';

export interface TestedPlace {
  readonly location: CheckpointLocation;
  /** Where each object lies as a file of its name: to count them, and to damage them behind everybody's back. */
  readonly folder: string;
  close(): Promise<void>;
}

/** The guarantees of CheckpointPlace, and those of CheckpointStore with this place. */
export function describeCheckpointPlace(name: string, open: () => Promise<TestedPlace>): void {
  describeCheckpointStore(name, async () => {
    const tested = await open();
    const { location, folder } = tested;
    const database = await createTestDatabase();
    const store = await openStore(database.url, location);
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
        await tested.close();
      },
    };
  });

  describe(`${name} as a place for checkpoints`, () => {
    let tested: TestedPlace;
    let place: CheckpointPlace;
    beforeAll(async () => {
      tested = await open();
      place = (await openCheckpointPlace(tested.location))!;
    });
    afterAll(async () => {
      place.close();
      await tested.close();
    });
    beforeEach(async () => place.remove(await namesIn(place)));

    const bytesOf = async (name: string): Promise<string | null> => {
      const bytes = await place.get(name);
      return bytes === null ? null : Buffer.from(bytes).toString();
    };

    it('gives back what was put last under a name, and null where there is nothing', async () => {
      await place.put('1/1-1', Buffer.from('first'));
      await place.put('1/1-1', Buffer.from('second'));
      await place.put('1/1-10', Buffer.from('another'));
      await place.put('2/1-1', new Uint8Array(0));
      expect(await Promise.all(['1/1-1', '1/1-10', '2/1-1', '1/1-2', '3/1-1'].map(bytesOf))).toEqual([
        'second',
        'another',
        '',
        null,
        null,
      ]);
    });

    it('lists what there is, with the time when it came', async () => {
      const before = Date.now();
      for (const name of ['1/1-1', '1/1-2', '20/3-4']) await place.put(name, Buffer.from(name));
      const listed = [];
      for await (const object of place.list()) listed.push(object);
      expect(listed.map((object) => object.name).sort()).toEqual(['1/1-1', '1/1-2', '20/3-4']);
      // A server tells whole seconds.
      for (const { placedAt } of listed) {
        expect(placedAt.getTime()).toBeGreaterThanOrEqual(before - 2_000);
        expect(placedAt.getTime()).toBeLessThanOrEqual(Date.now() + 2_000);
      }
    });

    it('lists and removes more objects than a server tells at a time', async () => {
      const names = Array.from({ length: 1_010 }, (_, trial) => `${trial}/1-1`);
      for (let start = 0; start < names.length; start += 100) {
        await Promise.all(names.slice(start, start + 100).map((each) => place.put(each, Buffer.from(each))));
      }
      expect((await namesIn(place)).sort()).toEqual([...names].sort());
      await place.remove(names);
      expect(await namesIn(place)).toEqual([]);
      expect(await filesIn(tested.folder)).toEqual([]);
    });

    it('removes what is named and nothing else, also what is not there', async () => {
      for (const each of ['1/1-1', '1/1-2', '2/1-1']) await place.put(each, Buffer.from(each));
      await place.remove(['1/1-1', '2/1-1', '7/1-1', '1/9-9']);
      await place.remove([]);
      expect(await namesIn(place)).toEqual(['1/1-2']);
    });

    it('loses to the collector what no row names when it is old enough, and nothing that is not ours', async () => {
      const database = await createTestDatabase();
      const store = await openStore(database.url, tested.location);
      const old = ['1/1-1', '1/1-2.part-x', 'results/2026-11', '1/notes'];
      for (const each of [...old, '2/1-1']) await place.put(each, new Uint8Array(10));
      const hoursAgo = new Date(Date.now() - 3 * 3_600_000);
      for (const each of old) await utimes(join(tested.folder, each), hoursAgo, hoursAgo);

      expect(await store.checkpoints.collect()).toBe(2);
      expect((await filesIn(tested.folder)).sort()).toEqual(['1/notes', '2/1-1', 'results/2026-11']);
      await store.close();
      await database.drop();
    });
  });
}

async function namesIn(place: CheckpointPlace): Promise<string[]> {
  const names = [];
  for await (const object of place.list()) names.push(object.name);
  return names;
}
