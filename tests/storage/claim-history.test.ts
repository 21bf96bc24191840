import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClaimAnswer, TrialClaim } from '../../storage/sweep-store.ts';
import { claim, claimedIn, result, sweep } from '../contracts/sweep-store-samples.ts';
import { createTestStore, type TestStore } from '../setup/test-store.ts';

let store: TestStore;
let sweepId: string;

beforeAll(async () => {
  store = await createTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  sweepId = randomUUID();
  await store.openSweep(sweep(sweepId));
});

type Claimed = Extract<ClaimAnswer, { kind: 'claimed' }>;

/** Attempt `attempt` of that worker claims trial `number`. */
async function take(
  number: number,
  attempt: number,
  worker = 'w',
  changes: Partial<TrialClaim> = {},
): Promise<Claimed> {
  const key = `${sweepId} ${number}`;
  const { provenance } = claim(sweepId, number, key);
  return claimedIn(store, sweepId, number, key, { provenance: { ...provenance, worker, attempt }, ...changes });
}

function crash(process: string) {
  return { kind: 'crashed', process } as const;
}

describe('the history of a claim', () => {
  test('is empty at first, and has a death for a claim that nobody ended', async () => {
    expect((await take(0, 1, 'killed')).history).toEqual({ deaths: [], errors: 0 });
    expect((await take(0, 2)).history).toEqual({
      deaths: [{ worker: 'killed', alone: false, seen: false }],
      errors: 0,
    });
  });

  test('has no death for claims that were ended in order, by an error, or that the same attempt repeats', async () => {
    await store.releaseTrial(await take(0, 1));
    await store.endClaim(await take(0, 2), { kind: 'released' });
    await store.endClaim(await take(0, 3), { kind: 'failed' });
    await take(0, 4);
    expect((await take(0, 4)).history).toEqual({ deaths: [], errors: 1 });
  });

  test('tells a trainer that died from a worker that did, and one alone from one among others', async () => {
    const first = await take(0, 1, 'a');
    expect(await store.endClaim(first, crash(randomUUID()))).toEqual({
      deaths: [{ worker: 'a', alone: false, seen: true }],
      errors: 0,
    });
    await store.markAlone(await take(0, 2, 'b'));
    const third = await take(0, 3, 'c');
    await store.markAlone(third);
    await store.endClaim(third, crash(randomUUID()));
    const { history, ...trial } = await take(0, 4);
    expect(history.deaths).toEqual([
      { worker: 'a', alone: false, seen: true },
      { worker: 'b', alone: true, seen: false },
      { worker: 'c', alone: true, seen: true },
    ]);
    expect(await store.claimHistory(trial)).toEqual(history);
  });

  test('keeps what was noted first: who was away and comes back changes nothing', async () => {
    const zombie = await take(0, 1, 'zombie');
    await take(0, 2, 'rescuer');
    await store.endClaim(zombie, { kind: 'released' });
    expect((await take(0, 3)).history.deaths).toMatchObject([{ worker: 'zombie' }, { worker: 'rescuer' }]);
  });

  test('leaves out a death with a neighbour that died alone afterwards, and no other', async () => {
    const [together, another] = [randomUUID(), randomUUID()];
    await store.endClaim(await take(0, 1), crash(together));
    await store.endClaim(await take(1, 1), crash(together));
    await store.endClaim(await take(0, 2), crash(another));
    const waiting = await take(0, 3);
    expect(waiting.history.deaths).toHaveLength(2);
    const guilty = await take(1, 2);
    await store.markAlone(guilty);
    await store.endClaim(guilty, crash(randomUUID()));
    expect((await store.claimHistory(waiting)).deaths).toHaveLength(1);
    expect((await take(1, 3)).history.deaths).toHaveLength(2);
  });

  test('begins anew when the trial was given up, as a poison trial is, and is tried again', async () => {
    await store.endClaim(await take(0, 1), crash(randomUUID()));
    await store.endClaim(await take(0, 2), { kind: 'failed' });
    await take(0, 3);
    await store.recordFailure({
      sweepId,
      number: 0,
      key: null,
      state: 'failed',
      reason: 'quarantined',
      kind: 'poison',
    });
    expect(await store.outcomes(sweepId)).toMatchObject([{ state: 'failed', reason: 'quarantined' }]);
    const again = await take(0, 1);
    expect(again.history).toEqual({ deaths: [], errors: 0 });
    await store.endClaim(again, crash(randomUUID()));
    const last = await take(0, 2);
    expect(last.history.deaths).toHaveLength(1);
    await store.finishTrial(last, result());
    expect(await store.outcomes(sweepId)).toMatchObject([{ state: 'converged' }]);
  });
});
