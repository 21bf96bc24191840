import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atBestRates, type RatedTrial } from '../../../core/comparison/best-rate.ts';
import { compareInitializers } from '../../../core/comparison/compare-initializers.ts';
import { randomStream } from '../../../core/random/random-stream.ts';

const withTarget = { epochs: 30, target: {} };
const withoutTarget = { epochs: 30, target: null };

function trial(learningRate: number, seed: number, told: Partial<RatedTrial> = {}): RatedTrial {
  return {
    initializer: 'heNormal',
    activation: 'relu',
    network: 'mlp',
    normalization: 'none',
    depth: 8,
    width: 32,
    learningRate,
    optimizer: 'sgd',
    batchSize: 64,
    dataset: 'digits',
    seed,
    state: told.epochsToTarget === null ? 'notConverged' : 'converged',
    epochsToTarget: 5,
    epochsRun: 30,
    testLoss: 0.3,
    testAccuracy: 0.9,
    bestValidationLoss: 0.3,
    bestValidationAccuracy: 0.9,
    ...told,
  };
}

/** What is reported of the only cell: [seed, epochs to target, test accuracy] by seed. */
function reported(trials: readonly RatedTrial[], training: typeof withTarget | typeof withoutTarget) {
  return atBestRates(trials, training)
    .trials.map(({ seed, epochsToTarget, testAccuracy }) => [seed, epochsToTarget, testAccuracy] as const)
    .toSorted(([a], [b]) => a - b);
}

describe('atBestRates', () => {
  it('reports each half of the seeds at the rate that the other half chose', () => {
    // Seeds 1 and 3 are fastest at 0.1, seeds 2 and 4 at 0.01: each half is given what it did not choose.
    const trials = [1, 2, 3, 4].flatMap((seed) => [
      trial(0.01, seed, { epochsToTarget: seed % 2 === 0 ? 4 : 9 }),
      trial(0.1, seed, { epochsToTarget: seed % 2 === 0 ? 9 : 4 }),
    ]);
    expect(atBestRates(trials, withTarget).choices).toEqual([
      {
        cell: {
          initializer: 'heNormal',
          activation: 'relu',
          network: 'mlp',
          normalization: 'none',
          depth: 8,
          width: 32,
          optimizer: 'sgd',
          batchSize: 64,
          dataset: 'digits',
        },
        rates: [0.01, 0.1],
        parts: [
          { seeds: [1, 3], learningRate: 0.01 },
          { seeds: [2, 4], learningRate: 0.1 },
        ],
      },
    ]);
    expect(reported(trials, withTarget).map(([, epochs]) => epochs)).toEqual([9, 9, 9, 9]);
  });

  it('never sees test results: whatever they are, the same rates are chosen', () => {
    const metric = fc.double({ min: 0, max: 1, noNaN: true });
    const epochs = fc.option(fc.integer({ min: 1, max: 30 }));
    const cell = fc.array(
      fc.record({ epochsToTarget: epochs, bestValidationAccuracy: metric, testAccuracy: metric, otherTest: metric }),
      { minLength: 12, maxLength: 12 },
    );
    fc.assert(
      fc.property(cell, fc.constantFrom(withTarget, withoutTarget), (rows, training) => {
        const at = (i: number) => [[0.01, 0.03, 0.1][i % 3]!, 1 + Math.floor(i / 3)] as const;
        const trials = rows.map((told, i) => trial(...at(i), { ...told }));
        const others = rows.map(({ otherTest, ...told }, i) =>
          trial(...at(i), { ...told, testAccuracy: otherTest, testLoss: otherTest }),
        );
        expect(atBestRates(others, training).choices).toEqual(atBestRates(trials, training).choices);
      }),
    );
  });

  it('never lets a seed choose its own rate: a change to what is reported of it leaves its rate as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 10, maxLength: 10 }), (epochs) => {
        const trials = epochs.map((epochsToTarget, i) =>
          trial(i % 2 ? 0.1 : 0.01, 1 + Math.floor(i / 2), { epochsToTarget }),
        );
        const rateOf = (rows: readonly RatedTrial[]) =>
          atBestRates(rows, withTarget).choices[0]!.parts.find(({ seeds }) => seeds.includes(3))!.learningRate;
        const before = rateOf(trials);
        const without = trials.map((row) =>
          row.seed === 3 ? { ...row, epochsToTarget: 1 + (((row.epochsToTarget ?? 0) * 7) % 30) } : row,
        );
        expect(rateOf(without)).toBe(before);
      }),
    );
  });

  it('does not flatter: with rates that differ by noise alone, what is reported has the mean of all of them', () => {
    // Choosing among 8 rates by the same 6 seeds that are reported would show about 0.5 + 1.4 x 0.1 / sqrt(6) = 0.557.
    const stream = randomStream(1, 'best rate', 'null');
    const rounds = 400;
    let sum = 0;
    let flattered = 0;
    for (let round = 0; round < rounds; round++) {
      const trials = [1, 2, 3, 4, 5, 6].flatMap((seed) =>
        [1, 2, 3, 4, 5, 6, 7, 8].map((rate) => {
          const noise = 0.5 + 0.1 * stream.normal();
          // Validation and test agree in full: the worst that could leak.
          return trial(rate, seed, { testAccuracy: noise, bestValidationAccuracy: noise });
        }),
      );
      const means = [1, 2, 3, 4, 5, 6, 7, 8].map(
        (rate) =>
          trials.filter((row) => row.learningRate === rate).reduce((total, row) => total + row.testAccuracy!, 0) / 6,
      );
      flattered += Math.max(...means) / rounds;
      const shown = reported(trials, withoutTarget);
      sum += shown.reduce((total, [, , accuracy]) => total + accuracy!, 0) / shown.length / rounds;
    }
    // Six standard errors of the mean of 400 rounds of 6 seeds: 6 x 0.1 / sqrt(2400) = 0.012.
    expect(Math.abs(sum - 0.5)).toBeLessThan(0.012);
    expect(flattered).toBeGreaterThan(0.54);
  });

  it('counts a rate at which trials diverge, or are never done, as behind one that gets there', () => {
    const trials = [1, 2, 3, 4].flatMap((seed) => [
      trial(0.001, seed, { epochsToTarget: null }),
      trial(0.01, seed, { epochsToTarget: 20 }),
      trial(0.1, seed, { state: 'diverged', epochsToTarget: 2, testAccuracy: null, bestValidationAccuracy: 0.99 }),
    ]);
    expect(reported(trials, withTarget).map(([, epochs]) => epochs)).toEqual([20, 20, 20, 20]);
  });

  it('decides between equally soon rates by validation, and between equals by the smaller rate', () => {
    const trials = [1, 2].flatMap((seed) => [
      trial(0.01, seed, { testAccuracy: 0.91 }),
      trial(0.03, seed, { bestValidationAccuracy: 0.95, testAccuracy: 0.93 }),
      trial(0.1, seed, { bestValidationAccuracy: 0.95, testAccuracy: 0.99 }),
    ]);
    expect(reported(trials, withTarget).map(([, , accuracy]) => accuracy)).toEqual([0.93, 0.93]);
  });

  it('chooses nothing where there is one rate, and has no honest choice for a single seed', () => {
    const one = [1, 2, 3].map((seed) => trial(0.1, seed));
    expect(atBestRates(one, withTarget).trials).toEqual(one.map((row) => ({ ...row, learningRate: 'best' })));
    expect(atBestRates([trial(0.1, 1), trial(0.01, 1)], withTarget).trials).toEqual([]);
  });

  it('leaves failed trials out of the choice, and shows those at the chosen rate', () => {
    const trials = [1, 2, 3, 4].flatMap((seed) => [
      trial(0.01, seed, { epochsToTarget: 9 }),
      trial(
        0.1,
        seed,
        seed === 4 ? { state: 'failed', epochsToTarget: null, testAccuracy: null } : { epochsToTarget: 3 },
      ),
    ]);
    const [group] = compareInitializers(atBestRates(trials, withTarget).trials, withTarget);
    expect(group!.results[0]).toMatchObject({ trials: 3, failed: 1, epochsText: '3' });
  });

  it('gives initializers of one network, each at its own rate, to one comparison', () => {
    const trials = [1, 2, 3, 4, 5, 6].flatMap((seed) => [
      trial(0.01, seed, { epochsToTarget: 4 + (seed % 2) }),
      trial(0.1, seed, { epochsToTarget: 20 }),
      trial(0.01, seed, { initializer: 'zeros', epochsToTarget: null }),
      trial(0.1, seed, { initializer: 'zeros', epochsToTarget: 15 + seed }),
    ]);
    const groups = compareInitializers(atBestRates(trials, withTarget).trials, withTarget);
    expect(groups.map(({ title }) => title)).toEqual(['relu · depth 8 · best rate']);
    expect(groups[0]!.verdict).toMatchObject({ kind: 'best', initializer: 'heNormal' });
    expect(groups[0]!.results.map(({ initializer, trials: n }) => [initializer, n])).toEqual([
      ['heNormal', 6],
      ['zeros', 6],
    ]);
  });
});
