import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RungEntry } from '../../core/adaptive/pruning.ts';
import { BugError, StaleFenceError } from '../../core/errors.ts';
import type { Fenced, RungStanding, SweepStore } from '../../storage/sweep-store.ts';
import type { OpenedStore } from './sweep-store-contract.ts';
import { claim, claimedIn, epoch, layer, result, sweep } from './sweep-store-samples.ts';

const race = 'relu · depth 2';
/** What a trial that was given up after epoch 3 leaves behind. */
const givenUp = result({
  state: 'pruned',
  reason: 'others were ahead',
  epochsToTarget: null,
  stepsToTarget: null,
  epochsRun: 3,
  stepsRun: 120,
  testLoss: null,
  testAccuracy: null,
});

/** The guarantees of SweepStore about trials that may be given up, for whatever implements it. */
export function describeRungs(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a store of rungs`, () => {
    let opened: OpenedStore;
    let store: SweepStore;
    let a: string;
    let b: string;
    let key: string;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());
    beforeEach(async () => {
      a = `a-${randomUUID()}`;
      b = `b-${randomUUID()}`;
      key = randomUUID();
      await store.openSweep(sweep(a));
      await store.openSweep(sweep(b));
    });

    const claimed = (...call: Parameters<typeof claim>): Promise<Fenced> => claimedIn(store, ...call);
    const at = (validationLoss: number | null, hasReachedTarget = false): RungEntry => ({
      hasReachedTarget,
      validationLoss,
    });
    const standing = (number: number, entry: RungEntry, changes: Partial<RungStanding> = {}): RungStanding => ({
      sweepId: a,
      number,
      race,
      epoch: 3,
      reduction: 3,
      entry,
      ...changes,
    });
    const stands = async (number: number, loss: number, changes: Partial<RungStanding> = {}) => {
      const trial = await claimed(a, number, `${key} ${number}`);
      return store.standAtRung(trial, standing(number, at(loss), changes));
    };

    it('ranks a trial among those of its race that have come to the rung', async () => {
      expect(await stands(0, 5)).toEqual({ isKept: true, compared: 1, places: 1, threshold: null });
      expect(await stands(1, 6)).toEqual({ isKept: false, compared: 2, places: 1, threshold: 5 });
      expect(await stands(2, 4)).toEqual({ isKept: true, compared: 3, places: 1, threshold: 5 });
      expect(await stands(3, 9, { race: 'tanh · depth 2' })).toMatchObject({ isKept: true, compared: 1 });
      expect(await stands(4, 9, { epoch: 9 })).toMatchObject({ isKept: true, compared: 1 });
      const other = await claimed(b, 0, `${key} b`);
      const answer = await store.standAtRung(other, standing(0, at(9), { sweepId: b }));
      expect(answer).toMatchObject({ isKept: true, compared: 1 });
    });

    it('decides once: whatever attempt asks again, with whatever others by now, hears the same', async () => {
      await stands(0, 5);
      const first = await claimed(a, 1, `${key} 1`);
      const decision = await store.standAtRung(first, standing(1, at(6)));
      await stands(2, 7);
      const before = await opened.dump();
      expect(await store.standAtRung(first, standing(1, at(6)))).toEqual(decision);
      const second = await claimed(a, 1, `${key} 1`);
      // As after a restart on another backend, whose numbers differ.
      expect(await store.standAtRung(second, standing(1, at(1)))).toEqual(decision);
      expect((await opened.dump()) as object).toHaveProperty('rung', (before as { rung: unknown }).rung);
    });

    it('decides nothing about a trial that is not the caller’s any more', async () => {
      const old = await claimed(a, 0, key);
      const current = await claimed(a, 0, key);
      const before = await opened.dump();
      await expect(store.standAtRung(old, standing(0, at(1)))).rejects.toBeInstanceOf(StaleFenceError);
      await expect(store.standAtRung(current, standing(0, at(NaN)))).rejects.toBeInstanceOf(BugError);
      expect(await opened.dump()).toEqual(before);
      await store.closeSweep(a, 'cancelled', 'asked');
      await expect(store.standAtRung(current, standing(0, at(1)))).rejects.toBeInstanceOf(StaleFenceError);
    });

    it('gives trials that come at once their turns', async () => {
      const trials = await Promise.all(
        Array.from({ length: 12 }, (_, number) => claimed(a, number, `${key} ${number}`)),
      );
      const decisions = await Promise.all(
        trials.map((trial, number) => store.standAtRung(trial, standing(number, at(number)))),
      );
      expect(decisions.map(({ compared }) => compared).sort((x, y) => x - y)).toEqual(
        Array.from({ length: 12 }, (_, i) => i + 1),
      );
      expect(decisions[0]!.isKept).toBe(true);
    });

    it('counts a trial that ended by itself at the rungs where it was not asked, once', async () => {
      const converged = await claimed(a, 0, `${key} 0`);
      await store.standAtRung(converged, standing(0, at(0.75), { epoch: 1 }));
      const records = {
        epochs: [epoch(0, { validationLoss: 2 }), epoch(1), epoch(4, { validationLoss: 0.25 })],
        layers: [],
      };
      await store.finishTrial(converged, result(), records);
      const diverged = await claimed(a, 1, `${key} 1`);
      await store.finishTrial(
        diverged,
        result({ state: 'diverged', epochsToTarget: null, stepsToTarget: null, testLoss: null, testAccuracy: null }),
        { epochs: [epoch(0), epoch(4, { validationLoss: null })], layers: [] },
      );
      for (const number of [0, 1]) await store.passRungs({ sweepId: a, number, race }, [1, 3, 9]);
      const once = await opened.dump();
      for (const number of [0, 1]) await store.passRungs({ sweepId: a, number, race }, [1, 3, 9]);
      expect(await opened.dump()).toEqual(once);
      const rows = (once as { rung: Record<string, unknown>[] }).rung.filter(({ sweep_id }) => sweep_id === a);
      const columns = ['number', 'epoch', 'validation_loss', 'has_reached_target', 'compared'];
      const told = rows.map((row) => columns.map((column) => row[column]));
      expect(told).toEqual([
        [0, 1, 0.75, false, 1],
        // The target was met after epoch 4.
        [0, 3, 0.5, false, null],
        [0, 9, 0.25, true, null],
        [1, 1, 0.5, false, null],
        [1, 3, 0.5, false, null],
        [1, 9, null, false, null],
      ]);
      expect(await stands(2, 0.25, { epoch: 9 })).toMatchObject({ isKept: false, compared: 3, threshold: null });
    });

    it('counts what was taken over from another sweep, too, and neither what failed nor what was given up', async () => {
      const shared = await claimed(b, 0, `${key} shared`);
      await store.finishTrial(shared, result(), {
        epochs: [epoch(0), epoch(3, { validationLoss: 0.125 })],
        layers: [],
      });
      expect(await store.claimTrial(claim(a, 0, `${key} shared`))).toMatchObject({ kind: 'held' });
      await store.abandonTrial(await claimed(a, 1, `${key} 1`), 'failed', 'the trainer died');
      await store.finishTrial(await claimed(a, 2, `${key} 2`), givenUp);
      for (const number of [0, 1, 2]) await store.passRungs({ sweepId: a, number, race }, [3]);
      expect(await stands(3, 0.25)).toEqual({ isKept: false, compared: 2, places: 1, threshold: 0.125 });
    });

    it('keeps a trial that was given up to its own sweep’s number', async () => {
      const trial = await claimed(a, 0, key);
      const waits = await store.claimTrial(claim(b, 0, key));
      expect(waits).toMatchObject({ kind: 'busy' });
      await store.standAtRung(trial, standing(0, at(1)));
      await store.finishTrial(trial, givenUp, { epochs: [epoch(0), epoch(3)], layers: [layer(3, 1)] });
      expect(await store.claimTrial(claim(a, 0, key))).toEqual({
        kind: 'held',
        trialId: trial.trialId,
        state: 'pruned',
      });
      const own = await claimed(b, 0, key);
      expect(own.trialId).not.toBe(trial.trialId);
      await store.finishTrial(own, result());
      // Neither does the whole result take its place, nor it that of the result.
      expect(await store.claimTrial(claim(a, 0, key))).toMatchObject({ kind: 'held', state: 'pruned' });
      expect(await store.claimTrial(claim(a, 1, key))).toEqual({
        kind: 'held',
        trialId: own.trialId,
        state: 'converged',
      });
      const before = await opened.dump();
      await store.finishTrial(trial, result());
      await store.recordFailure({ sweepId: a, number: 0, key, state: 'failed', reason: 'late' });
      expect(await opened.dump()).toEqual(before);
    });

    it('takes over a whole result in a sweep that gives trials up as it is', async () => {
      await store.finishTrial(await claimed(b, 0, key), result());
      expect(await store.claimTrial(claim(a, 0, key))).toMatchObject({ kind: 'held', state: 'converged' });
    });

    it('says what was spared, of what the sweep trained itself', async () => {
      await store.finishTrial(await claimed(b, 0, `${key} 0`), result());
      await store.claimTrial(claim(a, 0, `${key} 0`));
      await store.finishTrial(await claimed(a, 1, `${key} 1`), result());
      await store.finishTrial(await claimed(a, 2, `${key} 2`), givenUp);
      await store.abandonTrial(await claimed(a, 3, `${key} 3`), 'failed', 'the trainer died');
      expect(await store.progress(a)).toMatchObject({ states: { pruned: 1 }, epochsPlanned: 60, epochsSpared: 27 });
      expect(await store.progress(b)).toMatchObject({ states: { pruned: 0 }, epochsPlanned: 30, epochsSpared: 0 });
      expect((await store.outcomes(a))[2]).toMatchObject({ state: 'pruned', epochsRun: 3, testAccuracy: null });
    });

    it('never has a pruned cell as the best for the seeds that were spared', async () => {
      // Numbers 0 and 4 are heNormal at depth 2, 1 and 5 are normal(sd=0.01).
      const ended = (testAccuracy: number) =>
        result({
          state: 'notConverged',
          epochsToTarget: null,
          stepsToTarget: null,
          epochsRun: 30,
          stepsRun: 1_200,
          testAccuracy,
        });
      await store.finishTrial(await claimed(a, 0, `${key} 0`), ended(0.99));
      await store.finishTrial(await claimed(a, 4, `${key} 4`), givenUp);
      for (const number of [1, 5]) await store.finishTrial(await claimed(a, number, `${key} ${number}`), ended(0.5));
      expect((await store.progress(a)).best).toMatchObject({ initializer: 'normal(sd=0.01)', medianTestAccuracy: 0.5 });
    });
  });
}
