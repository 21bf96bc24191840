import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideIntoShards, shareOut } from '../../workflows/shards.ts';

test.each([
  [20, 6, 1],
  [1_000, 64, 1],
  [1_001, 64, 2],
  [4_000, 64, 4],
  [100_000, 64, 4],
  [100_000, 3, 3],
  [20, 6_000, 1],
  [100_000, 500, 5],
  [100_000, 6_000, 60],
  [10_000_000, 48_000, 400],
  [10_000_000, 300_000, 600],
])('%i trials, %i at once, are divided into %i shards', (trialCount, concurrency, shards) => {
  expect(divideIntoShards({ from: 0, to: trialCount, trialCount }, concurrency)).toHaveLength(shards);
});

test('a sweep from before shards were smaller keeps the number it had', () => {
  expect(divideIntoShards({ from: 0, to: 100_000, trialCount: 100_000 }, 6_000, true)).toHaveLength(12);
});

test('shards cover every position once and share out the whole concurrency', () => {
  const plans = fc.record({ from: fc.nat(1_000), size: fc.integer({ min: 1, max: 200_000 }) }).chain(({ from, size }) =>
    fc.record({
      from: fc.constant(from),
      to: fc.constant(from + size),
      trialCount: fc.integer({ min: 1, max: size }),
    }),
  );
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 100_000 }), (plan, concurrency) => {
      const shards = divideIntoShards(plan, concurrency);
      const positions = shards.map(({ from, to }) => [from, to]);
      expect(positions.flat()).toEqual([plan.from, ...positions.slice(0, -1).flatMap(([, to]) => [to, to]), plan.to]);
      expect(shards.reduce((sum, shard) => sum + shard.concurrency, 0)).toBe(Math.min(concurrency, plan.trialCount));
      for (const shard of shards) {
        expect(shard.concurrency).toBeGreaterThanOrEqual(1);
        expect(shard.concurrency).toBeLessThanOrEqual(500);
      }
    }),
  );
});

test('a concurrency is shared out evenly, and what a shard cannot use goes to the others', () => {
  expect(shareOut(64, [5_000, 5_000, 5_000])).toEqual([21, 21, 22].toReversed());
  expect(shareOut(64, [5_000, 8, 5_000])).toEqual([28, 8, 28]);
  expect(shareOut(64, [5_000])).toEqual([64]);
  expect(shareOut(2, [5_000, 5_000, 5_000])).toEqual([1, 1, 0]);
  const shards = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), shards, (concurrency, trials) => {
      const shares = shareOut(concurrency, trials);
      const usable = trials.reduce((sum, own) => sum + Math.min(own, 500), 0);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(Math.min(concurrency, usable));
      shares.forEach((share, shard) => expect(share).toBeLessThanOrEqual(Math.min(trials[shard]!, 500)));
    }),
  );
});
