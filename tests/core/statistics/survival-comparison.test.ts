import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BugError } from '../../../core/errors.ts';
import { randomStream } from '../../../core/random/random-stream.ts';
import { cumulativeIncidence, type CompetingTime } from '../../../core/statistics/cumulative-incidence.ts';
import { holmAdjusted } from '../../../core/statistics/holm.ts';
import { logRankTest } from '../../../core/statistics/log-rank.ts';
import { pairedPermutationTest, permutationTest } from '../../../core/statistics/permutation-test.ts';
import { restrictedMean } from '../../../core/statistics/restricted-mean.ts';
import { meanEstimate } from '../../../core/statistics/student-t.ts';

const reachedAt = (...times: number[]) => times.map((time) => ({ time, reached: true }));
const budget = { time: 10, reached: false };

describe('the restricted mean', () => {
  it('is the plain mean, with the plain standard error, where nothing is censored', () => {
    const times = [2, 4, 4, 6, 9];
    const found = restrictedMean(reachedAt(...times), 10);
    expect(found.mean).toBeCloseTo(5, 12);
    // Greenwood's variance without censoring is the population variance divided by n: 28 / 5 / 5.
    expect(found.standardError).toBeCloseTo(Math.sqrt(5.6 / 5), 12);
  });

  it('counts a trial that never gets there as the whole budget', () => {
    expect(restrictedMean([...reachedAt(2), budget], 10).mean).toBeCloseTo(6, 12);
    expect(restrictedMean([budget, budget], 10)).toMatchObject({ mean: 10, standardError: 0 });
  });

  it('is refused beyond what was watched', () => {
    expect(() => restrictedMean([...reachedAt(2), budget], 11)).toThrow(BugError);
    expect(() => restrictedMean([], 11)).toThrow(BugError);
  });
});

describe('the log-rank test', () => {
  it('changes sign with the order of the groups, and sees nothing without events', () => {
    const fast = reachedAt(1, 2, 3);
    const slow = [...reachedAt(5), budget, budget];
    expect(logRankTest(fast, slow).excess).toBeGreaterThan(0);
    expect(logRankTest(fast, slow).excess).toBeCloseTo(-logRankTest(slow, fast).excess, 12);
    expect(logRankTest([budget], [budget])).toEqual({ excess: 0, statistic: 0, pValue: 1 });
  });
});

describe('permutation tests', () => {
  it('cannot give less than the share of the most extreme arrangements', () => {
    const difference = (x: readonly number[], y: readonly number[]) =>
      x.reduce((a, b) => a + b) - y.reduce((a, b) => a + b);
    expect(permutationTest([1, 2, 3, 4], [5, 6, 7, 8], difference, randomStream(1))).toBeCloseTo(2 / 70, 12);
    expect(pairedPermutationTest([1, 1, 1], randomStream(1))).toBe(0.25);
    expect(pairedPermutationTest([0, 0], randomStream(1))).toBe(1);
  });

  it('agree with the exact p-value within sampling error where arrangements are drawn', () => {
    // 20 paired signs, of which 16 agree: P(|sum| as large) is the two-sided binomial tail, 0.011817932.
    const differences = Array.from({ length: 20 }, (_, i) => (i < 16 ? 1 : -1));
    const spread = Math.sqrt((0.0118 * (1 - 0.0118)) / 10_000);
    expect(Math.abs(pairedPermutationTest(differences, randomStream(2)) - 0.011817932)).toBeLessThan(5 * spread);
  });
});

describe('the adjustment of Holm', () => {
  it('never lowers a p-value, keeps their order, and is the p-value itself for one', () => {
    expect(holmAdjusted([0.03])).toEqual([0.03]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (pValues) => {
        const adjusted = holmAdjusted(pValues);
        pValues.forEach((p, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(1);
          const greater = adjusted.filter((_, j) => pValues[j]! > p);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, ...greater));
        });
      }),
    );
  });
});

describe('the cumulative incidence', () => {
  it('of all events and of none adds up to 1', () => {
    const event = fc.constantFrom('target' as const, 'diverged' as const, null);
    fc.assert(
      fc.property(
        fc.array(fc.record({ time: fc.integer({ min: 1, max: 8 }), event }), { minLength: 1 }),
        (trials: CompetingTime<'target' | 'diverged'>[]) => {
          const incidences = (['target', 'diverged'] as const).map(
            (kind) => cumulativeIncidence(trials, kind).at(-1)?.incidence ?? 0,
          );
          let survival = 1;
          for (let time = 1; time <= 8; time++) {
            const atRisk = trials.filter((trial) => trial.time >= time).length;
            const ended = trials.filter((trial) => trial.time === time && trial.event !== null).length;
            if (atRisk > 0) survival *= 1 - ended / atRisk;
          }
          expect(incidences[0]! + incidences[1]! + survival).toBeCloseTo(1, 12);
        },
      ),
    );
  });
});

describe('the mean of one value', () => {
  it('has no interval', () => {
    expect(meanEstimate([3]).interval).toEqual({ low: null, high: null });
  });
});
