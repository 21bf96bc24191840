import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideIntoShards } from '../../workflows/shards.ts';

test.each([
  [20, 6, 1],
  [1_000, 64, 1],
  [1_001, 64, 2],
  [4_000, 64, 4],
  [100_000, 64, 4],
  [100_000, 3, 3],
  [20, 6_000, 1],
  [100_000, 6_000, 12],
])('%i trials, %i at once, are divided into %i shards', (trialCount, concurrency, shards) => {
  expect(divideIntoShards({ gridSize: trialCount, trialCount }, concurrency)).toHaveLength(shards);
});

test('shards cover every position once and share out the whole concurrency', () => {
  const plans = fc
    .integer({ min: 1, max: 200_000 })
    .chain((gridSize) =>
      fc.record({ gridSize: fc.constant(gridSize), trialCount: fc.integer({ min: 1, max: gridSize }) }),
    );
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 100_000 }), (plan, concurrency) => {
      const shards = divideIntoShards(plan, concurrency);
      const positions = shards.map(({ from, to }) => [from, to]);
      expect(positions.flat()).toEqual([0, ...positions.slice(0, -1).flatMap(([, to]) => [to, to]), plan.gridSize]);
      expect(shards.reduce((sum, shard) => sum + shard.concurrency, 0)).toBe(Math.min(concurrency, plan.trialCount));
      for (const shard of shards) {
        expect(shard.concurrency).toBeGreaterThanOrEqual(1);
        expect(shard.concurrency).toBeLessThanOrEqual(500);
      }
    }),
  );
});
