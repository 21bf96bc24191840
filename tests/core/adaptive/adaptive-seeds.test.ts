import { describe, expect, it } from 'vitest';
import { decideRegime, looksOf } from '../../../core/adaptive/adaptive-seeds.ts';
import type { ComparedTrial } from '../../../core/comparison/comparison.ts';
import { randomStream, type RandomStream } from '../../../core/random/random-stream.ts';

const training = { epochs: 12, target: {} };
const cell = {
  activation: 'relu',
  network: 'mlp',
  normalization: 'none',
  depth: 4,
  width: 32,
  learningRate: 0.1,
  optimizer: 'sgd',
  batchSize: 64,
  dataset: 'digits',
};

/** A trial that meets its target after some epochs, or not within the twelve; `lead` epochs sooner than the others. */
function trial(initializer: string, seed: number, stream: RandomStream, lead = 0): ComparedTrial {
  const epochs = Math.max(1, Math.round(8 + 3 * stream.normal() - lead));
  const reached = epochs <= training.epochs;
  return {
    ...cell,
    initializer,
    seed,
    state: reached ? 'converged' : 'notConverged',
    epochsToTarget: reached ? epochs : null,
    epochsRun: training.epochs,
    testLoss: null,
    testAccuracy: Math.min(1, Math.max(0, 0.9 + 0.05 * stream.normal())),
  };
}

/** Runs one regime to its end: seeds are added as long as it is open. */
function runRegime(initializers: readonly string[], stream: RandomStream, lead = 0, budget = 7) {
  const rule = { until: 'decided', budget, step: 1 } as const;
  const looks = looksOf(rule, 4);
  const trials: ComparedTrial[] = [];
  for (let seeds = 0; seeds < budget;) {
    const next = seeds === 0 ? 4 : seeds + 1;
    for (; seeds < next; seeds++) {
      for (const [place, name] of initializers.entries())
        trials.push(trial(name, seeds, stream, place === 0 ? lead : 0));
    }
    const { best } = decideRegime(trials, training, rule, looks);
    if (best !== null) return { best, seeds };
  }
  return { best: null, seeds: budget };
}

describe('seeds that are added where a comparison is open', () => {
  it.each([
    [2, 1_000],
    [4, 500],
  ])(
    'decide wrongly in at most 5 of 100 regimes where %i initializers are alike, however often it is looked',
    (count, runs) => {
      const names = Array.from({ length: count }, (_, i) => `initializer ${i}`);
      const wrong = Array.from({ length: runs }, (_, run) =>
        runRegime(names, randomStream(run, 'alike', count)),
      ).filter(({ best }) => best !== null).length;

      // Three standard errors above 5 %, for the runs are a sample.
      expect(wrong / runs).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs));
    },
    120_000,
  );

  it('stop early where one initializer is clearly ahead', () => {
    const ends = Array.from({ length: 40 }, (_, run) => runRegime(['a', 'b'], randomStream(run, 'ahead'), 8));

    expect(ends.filter(({ best }) => best === 'a').length).toBeGreaterThan(30);
    expect(ends.filter(({ best }) => best === 'b')).toEqual([]);
    expect(ends.filter(({ seeds }) => seeds < 7).length).toBeGreaterThan(25);
  });

  it('are added until the interval is narrow enough, where a width is asked for', () => {
    const stream = randomStream(1, 'width');
    const trials = Array.from({ length: 40 }, (_, seed) => [trial('a', seed, stream), trial('b', seed, stream)]).flat();
    const rule = { until: 0.4, budget: 50, step: 5 } as const;

    expect(decideRegime(trials.slice(0, 10), training, rule, 10)).toEqual({ isOpen: true, best: null });
    expect(decideRegime(trials, training, rule, 10)).toEqual({ isOpen: false, best: null });
  });

  it('are not added where there is nothing to compare, and wait for an initializer without a result', () => {
    const stream = randomStream(2, 'few');
    const one = [trial('a', 1, stream), trial('a', 2, stream)];
    const failed: ComparedTrial = { ...trial('b', 1, stream), state: 'failed' };
    const rule = { until: 'decided', budget: 8, step: 2 } as const;

    expect(decideRegime(one, training, rule, 3).isOpen).toBe(false);
    expect(decideRegime([...one, failed], training, rule, 3).isOpen).toBe(true);
  });

  it.each([
    [4, 4, 12, 3],
    [4, 3, 12, 4],
    [5, 10, 6, 2],
  ])('%i seeds, then %i at a time up to %i, are looked at %i times', (first, step, budget, looks) => {
    expect(looksOf({ until: 'decided', budget, step }, first)).toBe(looks);
  });
});
