import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareInitializers } from '../../../core/comparison/compare-initializers.ts';
import type { ComparedTrial } from '../../../core/comparison/comparison.ts';

const training = { epochs: 30, target: { metric: 'validationAccuracy', threshold: 0.9 } };

function trial(changes: Partial<ComparedTrial>): ComparedTrial {
  return {
    initializer: 'heNormal',
    activation: 'relu',
    network: 'mlp',
    normalization: 'none',
    depth: 8,
    width: 32,
    learningRate: 0.1,
    optimizer: 'sgd',
    batchSize: 64,
    dataset: 'digits',
    seed: 1,
    state: 'converged',
    epochsToTarget: 5,
    epochsRun: 30,
    testLoss: 0.2,
    testAccuracy: 0.95,
    ...changes,
  };
}

/** One trial per entry: epochs until the target, null for one that never got there. */
function trials(initializer: string, epochs: readonly (number | null)[], changes: Partial<ComparedTrial> = {}) {
  return epochs.map((epochsToTarget, i) =>
    trial({
      initializer,
      epochsToTarget,
      seed: i + 1,
      state: epochsToTarget === null ? 'notConverged' : 'converged',
      testAccuracy: epochsToTarget === null ? 0.5 + i / 1000 : 0.95 + i / 1000,
      ...changes,
    }),
  );
}

const only = (rows: readonly ComparedTrial[], how = training as Parameters<typeof compareInitializers>[1]) => {
  const groups = compareInitializers(rows, how);
  expect(groups).toHaveLength(1);
  return groups[0]!;
};

describe('compareInitializers', () => {
  it('ranks by epochs to the target, says the medians, and names the best that seeds tell apart', () => {
    const group = only([
      ...trials('zeros', [null, null, null, null, null]),
      ...trials('heNormal', [4, 5, 6, 5, 4]),
      ...trials('glorotUniform', [12, 15, 11, null, 14]),
    ]);
    expect(group.title).toBe('relu · depth 8');
    expect(
      group.results.map(({ initializer, epochsText, trials: n, converged }) => [initializer, epochsText, n, converged]),
    ).toEqual([
      ['heNormal', '5', 5, 5],
      ['glorotUniform', '14', 5, 4],
      ['zeros', '> 30', 5, 0],
    ]);
    expect(group.results[1]!.beatenByFirst).toEqual({ probability: 1, interval: { low: 1, high: 1 } });
    expect(group.verdict).toMatchObject({ kind: 'best', initializer: 'heNormal' });
  });

  it('lets the test metric decide between trials that are equally soon', () => {
    const group = only([
      ...trials('a', [null, null, null, null]).map((row) => ({ ...row, testAccuracy: row.testAccuracy! - 0.2 })),
      ...trials('b', [null, null, null, null]),
    ]);
    expect(group.results.map(({ initializer }) => initializer)).toEqual(['b', 'a']);
    expect(group.verdict).toMatchObject({ kind: 'best', initializer: 'b' });
  });

  it('ranks by the test metric alone where the sweep has no target', () => {
    const rows = [
      ...trials('a', [1, 1, 1, 1], { testAccuracy: 0.8 }),
      ...trials('b', [9, 9, 9, 9], { testAccuracy: 0.9 }),
    ];
    const group = only(rows, { epochs: 30, target: null });
    expect(group.results.map(({ initializer, epochsText }) => [initializer, epochsText])).toEqual([
      ['b', '-'],
      ['a', '-'],
    ]);
  });

  it('calls nothing best on one seed, nor on three', () => {
    for (const seeds of [1, 3]) {
      const group = only([
        ...trials(
          'heNormal',
          Array.from({ length: seeds }, () => 1),
        ),
        ...trials(
          'zeros',
          Array.from({ length: seeds }, () => null),
        ),
      ]);
      expect(group.verdict).toEqual({
        kind: 'undecided',
        among: ['heNormal', 'zeros'],
        reason: 'fewer than 4 seeds have a result',
      });
    }
  });

  it('says undecided where seeds overlap, and among which', () => {
    const group = only([
      ...trials('a', [4, 5, 6, 7, 8]),
      ...trials('b', [5, 5, 6, 6, 8]),
      ...trials('c', [20, 21, 22, 23, 24]),
    ]);
    expect(group.verdict).toEqual({
      kind: 'undecided',
      among: ['a', 'b'],
      reason: 'the results of their seeds overlap',
    });
  });

  it('calls equals undecided, and a single initializer as well', () => {
    const equal = { testAccuracy: 0.1 };
    const five = [null, null, null, null, null];
    const group = only([...trials('a', five, equal), ...trials('b', five, equal)]);
    expect(group.results[1]!.beatenByFirst!.probability).toBe(0.5);
    expect(group.verdict).toMatchObject({ kind: 'undecided', among: ['a', 'b'] });
    expect(only(trials('a', [1, 2, 3, 4])).verdict).toMatchObject({ kind: 'undecided', among: ['a'] });
  });

  it('counts a diverged trial as one that never gets there, even when it was there before', () => {
    const diverged = { state: 'diverged', testAccuracy: null, testLoss: null, epochsRun: 6 } as const;
    const group = only([...trials('steady', [9, 9, 9, 9]), ...trials('wild', [2, 2, 2, 2], diverged)]);
    expect(group.results.map(({ initializer }) => initializer)).toEqual(['steady', 'wild']);
    expect(group.results[1]).toMatchObject({
      diverged: 4,
      converged: 0,
      medianEpochsToTarget: null,
      epochsText: '> 30',
      testMetric: 0,
    });
  });

  it('leaves failed and cancelled trials out, and counts them', () => {
    const none = { testAccuracy: null, testLoss: null, epochsToTarget: null };
    const group = only([
      ...trials('a', [5, 5, 5, 5]),
      trial({ initializer: 'a', seed: 5, state: 'failed', ...none }),
      trial({ initializer: 'b', state: 'cancelled', ...none }),
    ]);
    expect(group.results).toMatchObject([
      { initializer: 'a', trials: 4, failed: 1, epochsText: '5' },
      { initializer: 'b', trials: 0, cancelled: 1, epochsText: '-', testMetric: null, beatenByFirst: null },
    ]);
    expect(group.verdict.kind).toBe('undecided');
  });

  it('says that nothing has a result where nothing has', () => {
    const group = only([trial({ state: 'failed', testAccuracy: null, testLoss: null, epochsToTarget: null })]);
    expect(group.verdict).toEqual({ kind: 'undecided', among: [], reason: 'no trial has a result' });
  });

  describe('where trials were given up', () => {
    const pruned = { state: 'pruned', testAccuracy: null, testLoss: null, epochsRun: 3 } as const;
    const later = (rows: readonly ComparedTrial[]) => rows.map((row) => ({ ...row, seed: row.seed + 10 }));
    const resultOf = (rows: readonly ComparedTrial[]) => only(rows).results[0]!;

    it('counts them as not yet there, and not as if they had not been', () => {
      const half = resultOf([...trials('a', [2, 8]), ...later(trials('a', [null, null], pruned))]);
      // At epoch 2 one of four gets there, at 8 another one: half of them. The two that were spared alone would have 2.
      expect(half).toMatchObject({ trials: 4, converged: 2, pruned: 2, medianEpochsToTarget: 8, epochsText: '8' });
    });

    it('says of a median that is not known what is certain of it', () => {
      const most = [...trials('a', [2, 8]), ...later(trials('a', [null, null, null], pruned))];
      expect(resultOf(most)).toMatchObject({ medianEpochsToTarget: null, epochsText: '> 3' });
      // Two of six were given up, two got there at 8, two never: the third smallest of what is certain is 8.
      const some = [...trials('a', [8, 8, null, null]), ...later(trials('a', [null, null], pruned))];
      expect(resultOf(some)).toMatchObject({ medianEpochsToTarget: null, epochsText: '≥ 8' });
      expect(resultOf(trials('a', [null, null, null]))).toMatchObject({ epochsText: '> 30' });
    });

    it('has an interquartile mean as long as they fall into the lowest quarter, and none of the lucky ones after', () => {
      const quarter = [...trials('a', [5, 5, 5]), ...later(trials('a', [null], pruned))];
      expect(resultOf(quarter).testMetric).toBeCloseTo(0.9505, 12);
      const more = [...trials('a', [5, 5]), ...later(trials('a', [null, null], pruned))];
      expect(resultOf(more).testMetric).toBeNull();
    });

    it('puts them behind all that went on, those given up sooner behind those given up later, and ahead of divergence', () => {
      const group = only([
        ...trials('there', [9, 9, 9, 9]),
        ...trials('slow', [null, null, null, null], { testAccuracy: 0.11 }),
        ...trials('late', [null, null, null, null], { ...pruned, epochsRun: 9 }),
        ...trials('early', [null, null, null, null], pruned),
        ...trials('wild', [null, null, null, null], { ...pruned, state: 'diverged', epochsRun: 20 }),
      ]);
      expect(group.results.map(({ initializer }) => initializer)).toEqual(['there', 'slow', 'late', 'early', 'wild']);
      expect(group.verdict).toMatchObject({
        kind: 'best',
        reason: 'ahead of every other on 4 seeds or more; 8 of their trials were given up early and count as behind',
      });
    });
  });

  it('takes losses where there is no accuracy: less is better, divergence is infinite', () => {
    const regression = { testAccuracy: null, dataset: 'teacher' };
    const group = only(
      [
        ...trials('a', [null, null, null, null], { ...regression, testLoss: 0.5 }),
        ...trials('b', [null, null, null, null], { ...regression, testLoss: 0.1 }),
        ...trials('c', [null, null, null, null], { ...regression, testLoss: null, state: 'diverged' }),
      ],
      { epochs: 30, target: null },
    );
    expect(group.metric).toBe('testLoss');
    expect(group.results.map(({ initializer, testMetric }) => [initializer, testMetric])).toEqual([
      ['b', 0.1],
      ['a', 0.5],
      ['c', null],
    ]);
    expect(group.results[1]!.testMetricInterval).toEqual({ low: 0.5, high: 0.5 });
  });

  it('compares within groups only, sorted by activation and depth, titled by what varies', () => {
    const rows = [
      ...trials('a', [1], { depth: 16 }),
      ...trials('a', [1], { depth: 2, learningRate: 0.5 }),
      ...trials('b', [1], { depth: 2, learningRate: 0.5 }),
      ...trials('a', [1], { activation: 'elu' }),
    ];
    expect(compareInitializers(rows, training).map(({ title, results }) => [title, results.length])).toEqual([
      ['elu · depth 8 · rate 0.1', 1],
      ['relu · depth 2 · rate 0.5', 2],
      ['relu · depth 16 · rate 0.1', 1],
    ]);
    expect(compareInitializers([], training)).toEqual([]);
  });

  it('gives the same answer whatever order the trials come in', () => {
    const rows = [
      ...trials('a', [4, 5, 6, null, 4]),
      ...trials('b', [5, 5, 7, 6, null]),
      ...trials('c', [null, 30, 9, 9, 3]),
    ];
    const answer = compareInitializers(rows, training);
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: rows.length }), (shuffled) => {
        expect(compareInitializers(shuffled, training)).toEqual(answer);
      }),
      { numRuns: 10 },
    );
  });
});
