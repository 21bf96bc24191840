import { describe, expect, it } from 'vitest';
import { falseDifferences, race, rankings, training } from '../../../bench/pruning/race.ts';
import { pruningCost } from '../../../core/adaptive/pruning-cost.ts';
import { compareInitializers } from '../../../core/comparison/compare-initializers.ts';
import { randomStream } from '../../../core/random/random-stream.ts';

describe('comparisons of initializers whose trials were given up at a rung', () => {
  it.each([
    [3, 5, 600],
    [6, 5, 400],
    [3, 8, 300],
  ])(
    'find a difference in at most 5 of 100 races of %i initializers that are alike, with %i seeds',
    (initializers, seeds, runs) => {
      const wrong = falseDifferences(initializers, seeds, runs, rankings['all trials of the network']);
      // Three standard errors above 5 %, for the runs are a sample.
      expect(wrong / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
    },
    120_000,
  );

  it('name the one that is clearly ahead, and never one that is not', () => {
    const verdicts = Array.from({ length: 30 }, (_, run) => {
      const trials = race(4, 8, randomStream(run, 'ahead'), { lead: 3 });
      return compareInitializers(trials, training)[0]!.verdict;
    });
    const named = verdicts.flatMap((verdict) => (verdict.kind === 'best' ? [verdict.initializer] : []));
    expect(named.filter((name) => name === 'initializer 0').length).toBeGreaterThan(25);
    expect(named.filter((name) => name !== 'initializer 0')).toEqual([]);
  }, 60_000);

  it('are summed up by what was spared, and by what is open where trials were given up', () => {
    const trials = race(4, 8, randomStream(7, 'cost')).map((trial, i) => ({ ...trial, reused: i === 0 }));
    const comparisons = compareInitializers(trials, training);
    const pruned = trials.slice(1).filter(({ state }) => state === 'pruned').length;
    expect(pruned).toBeGreaterThan(5);
    expect(pruningCost(trials, comparisons, 20)).toEqual({
      pruned,
      epochsPlanned: 31 * 20,
      epochsSpared: pruned * 17,
      networks: 1,
      open: ['relu · depth 4'],
    });
    const whole = trials.map((trial) => ({ ...trial, state: 'notConverged' as const, epochsRun: 20 }));
    expect(pruningCost(whole, compareInitializers(whole, training), 20)).toMatchObject({ epochsSpared: 0, open: [] });
  });
});
