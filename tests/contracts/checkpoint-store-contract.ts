import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StaleFenceError } from '../../core/errors.ts';
import type { NewCheckpoint } from '../../storage/checkpoints/checkpoint-store.ts';
import type { OpenStore } from '../../storage/prisma-sweep-store.ts';
import type { Fenced } from '../../storage/sweep-store.ts';
import { claim, claimedIn, epoch, result, sweep } from './sweep-store-samples.ts';

export interface OpenedCheckpoints {
  readonly store: OpenStore;
  /** Bytes that are stored anywhere, rows or objects: what must be gone when nobody needs it. */
  count(): Promise<number>;
  /** Makes the checkpoint's bytes others, or makes them vanish. */
  damage(trial: Fenced, step: number, how: 'flip' | 'remove'): Promise<void>;
  close(): Promise<void>;
}

/** The guarantees of CheckpointStore, for each place that bytes may be in. */
export function describeCheckpointStore(name: string, open: () => Promise<OpenedCheckpoints>): void {
  describe(`${name} as a store of checkpoints`, () => {
    let opened: OpenedCheckpoints;
    let store: OpenStore;
    let sweepId: string;
    let key: string;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());
    beforeEach(async () => {
      sweepId = randomUUID();
      key = randomUUID();
      await store.openSweep(sweep(sweepId));
    });

    const claimed = (number: number, changes: Parameters<typeof claim>[3] = {}): Promise<Fenced> =>
      claimedIn(store, sweepId, number, `${key} ${number}`, changes);
    const checkpoint = (step: number, number = 0): NewCheckpoint => ({
      key: `${key} ${number}`,
      epoch: Math.floor(step / 10),
      step,
      bytes: Uint8Array.from({ length: 1_000 }, (_, index) => (index * step) % 256),
    });
    const latestOf = ({ trialId }: Fenced, number = 0) => store.checkpoints.latest(trialId, `${key} ${number}`);

    it('gives back the newest of a trial, byte for byte, and none of a trial that has none', async () => {
      const [trial, other] = [await claimed(0), await claimed(1)];
      await store.checkpoints.save(trial, checkpoint(5));
      await store.checkpoints.save(trial, checkpoint(15));
      expect(await latestOf(trial)).toMatchObject({ fence: trial.fence, epoch: 1, step: 15 });
      expect(Buffer.from((await latestOf(trial))!.bytes)).toEqual(Buffer.from(checkpoint(15).bytes));
      expect(await latestOf(other, 1)).toBeNull();
    });

    it('keeps the last two, and leaves no bytes of those before', async () => {
      const trial = await claimed(0);
      const before = await opened.count();
      for (const step of [1, 2, 3, 4, 5]) await store.checkpoints.save(trial, checkpoint(step));
      expect(await opened.count()).toBe(before + 2);
      await store.checkpoints.drop((await latestOf(trial))!);
      expect((await latestOf(trial))?.step).toBe(4);
      await store.checkpoints.drop((await latestOf(trial))!);
      expect(await latestOf(trial)).toBeNull();
      expect(await opened.count()).toBe(before);
    });

    it('takes the one of the newest claim for the newest, however far it is', async () => {
      await store.checkpoints.save(await claimed(0), checkpoint(50));
      const trial = await claimed(0);
      expect((await latestOf(trial))?.step).toBe(50);
      await store.checkpoints.save(trial, checkpoint(20));
      expect((await latestOf(trial))?.step).toBe(20);
      await store.checkpoints.drop((await latestOf(trial))!);
      expect((await latestOf(trial))?.step).toBe(50);
    });

    it('refuses one of an attempt whose trial another has claimed, and leaves nothing of it', async () => {
      const zombie = await claimed(0);
      const rightful = await claimed(0);
      await store.checkpoints.save(rightful, checkpoint(3));
      const before = await opened.count();
      for (const step of [3, 9]) {
        await expect(store.checkpoints.save(zombie, checkpoint(step))).rejects.toBeInstanceOf(StaleFenceError);
      }
      expect(await latestOf(rightful)).toMatchObject({ fence: rightful.fence, step: 3 });
      expect(await opened.count()).toBe(before);
    });

    it('refuses those of an older claim however claims and writes race', async () => {
      for (let round = 0; round < 10; round++) {
        const old = await claimed(2, { leaseMs: 0 });
        const [, next] = await Promise.all([
          store.checkpoints.save(old, checkpoint(7, 2)).catch((error: unknown) => {
            if (!(error instanceof StaleFenceError)) throw error;
          }),
          claimed(2, { leaseMs: 0 }),
        ]);
        await store.checkpoints.save(next, checkpoint(8, 2));
        await expect(store.checkpoints.save(old, checkpoint(9, 2))).rejects.toBeInstanceOf(StaleFenceError);
        expect(await latestOf(next, 2)).toMatchObject({ fence: next.fence, step: 8 });
      }
    });

    it('has none of a trial that has ended, and takes none for it any more', async () => {
      const before = await opened.count();
      const trial = await claimed(0);
      await store.checkpoints.save(trial, checkpoint(1));
      await store.checkpoints.discard(trial.trialId);
      expect((await latestOf(trial))?.step).toBe(1);
      await store.finishTrial(trial, result());
      await store.checkpoints.discard(trial.trialId);
      await store.checkpoints.save(trial, checkpoint(2));
      expect(await latestOf(trial)).toBeNull();
      expect(await opened.count()).toBe(before);
    });

    it('never gives one from before the trial’s key changed, also when it changes back', async () => {
      const trial = await claimed(0);
      await store.recordProgress(trial, [epoch(0), epoch(1)], [], 60_000);
      await store.checkpoints.save(trial, checkpoint(10));
      const other = await store.claimTrial(claim(sweepId, 0, 'another arithmetic'));
      expect(other).toMatchObject({ kind: 'claimed', trialId: trial.trialId });
      expect(await store.checkpoints.latest(trial.trialId, 'another arithmetic')).toBeNull();
      await expect(store.checkpoints.save(other as Fenced & { kind: 'claimed' }, checkpoint(11))).rejects.toThrow(
        'another key',
      );
      expect(await latestOf(await claimed(0))).toBeNull();
    });

    it('collects what closed sweeps and killed workers left, and nothing that a running trial needs', async () => {
      const [running, left] = [await claimed(0), await claimed(1)];
      await store.checkpoints.save(running, checkpoint(1));
      await store.checkpoints.save(left, checkpoint(1, 1));
      await store.checkpoints.collect();
      const before = await opened.count();
      await store.recordFailure({ sweepId, number: 1, key: null, state: 'failed', reason: 'given up' });
      expect(await store.checkpoints.collect()).toBe(1);
      expect(await opened.count()).toBe(before - 1);
      expect((await latestOf(running))?.step).toBe(1);
      await store.closeSweep(sweepId, 'cancelled', 'asked');
      expect(await store.checkpoints.collect()).toBe(1);
      expect(await latestOf(running)).toBeNull();
    });

    it.each(['flip', 'remove'] as const)(
      'hands out one whose bytes were damaged (%s) for its reader to refuse, and then the one before',
      async (how) => {
        const trial = await claimed(0);
        await store.checkpoints.save(trial, checkpoint(1));
        await store.checkpoints.save(trial, checkpoint(2));
        await opened.damage(trial, 2, how);
        const damaged = await latestOf(trial);
        expect(damaged?.step).toBe(2);
        expect(Buffer.from(damaged!.bytes)).not.toEqual(Buffer.from(checkpoint(2).bytes));
        await store.checkpoints.drop(damaged!);
        expect(Buffer.from((await latestOf(trial))!.bytes)).toEqual(Buffer.from(checkpoint(1).bytes));
      },
    );
  });
}
