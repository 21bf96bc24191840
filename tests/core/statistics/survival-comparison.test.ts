import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BugError } from '../../../core/errors.ts';
import { randomStream } from '../../../core/random/random-stream.ts';
import { cumulativeIncidence, type CompetingTime } from '../../../core/statistics/cumulative-incidence.ts';
import { holmAdjusted } from '../../../core/statistics/holm.ts';
import { logRankScores, logRankTest } from '../../../core/statistics/log-rank.ts';
import { pairedPermutationTest, permutationTest } from '../../../core/statistics/permutation-test.ts';
import { restrictedMean, restrictedMeanDifference } from '../../../core/statistics/restricted-mean.ts';
import { meanEstimate, studentQuantile } from '../../../core/statistics/student-t.ts';

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

describe('the difference of restricted means', () => {
  it("is Welch's interval where all are watched to the horizon", () => {
    const [first, second] = [reachedAt(2, 4, 4, 6), [...reachedAt(8, 9), budget, budget]];
    // Times 2, 4, 4, 6 and 8, 9, 10, 10: means 4 and 9.25, squared standard errors 8/3/4 and 2.75/3/4, by hand.
    const [a, b] = [8 / 12, 2.75 / 12];
    const degrees = Math.floor((a + b) ** 2 / (a ** 2 / 3 + b ** 2 / 3));
    const reach = studentQuantile(0.975, degrees) * Math.sqrt(a + b);
    const { value, interval } = restrictedMeanDifference(first, second, 10);
    expect(value).toBeCloseTo(5.25, 12);
    expect(interval.low).toBeCloseTo(5.25 - reach, 10);
    expect(interval.high).toBeCloseTo(5.25 + reach, 10);
  });

  it('has no bounds where nothing scatters, or one trial stands alone', () => {
    const none = { low: null, high: null };
    expect(restrictedMeanDifference(reachedAt(4, 4, 4), [budget, budget], 10)).toEqual({ value: 6, interval: none });
    expect(restrictedMeanDifference(reachedAt(4), reachedAt(5, 7), 10).interval).toEqual(none);
  });

  it('covers the truth of few, mostly censored trials about as often as it says', () => {
    const rounds = 1_000;
    const stream = randomStream(9, 'coverage');
    // Times from 1 to 30, cut at 20: a third is censored. Both groups alike, so that the true difference is 0.
    const drawn = () =>
      Array.from({ length: 5 }, () => {
        const time = 1 + stream.integer(30);
        return time > 20 ? { time: 20, reached: false } : { time, reached: true };
      });
    let covered = 0;
    let greenwood = 0;
    for (let round = 0; round < rounds; round++) {
      const [first, second] = [drawn(), drawn()];
      const { value, interval } = restrictedMeanDifference(first, second, 20);
      if (interval.low === null || (interval.low <= 0 && interval.high! >= 0)) covered += 1;
      const errors = [first, second].map((trials) => restrictedMean(trials, 20).standardError);
      if (Math.abs(value) <= 1.96 * Math.hypot(...errors)) greenwood += 1;
    }
    // Three standard errors of the count around 95 %; the normal interval of Greenwood's variance falls short of it.
    expect(covered / rounds).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / rounds));
    expect(greenwood / rounds).toBeLessThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / rounds));
  });
});

describe('permutation tests', () => {
  it('cannot give less than the share of the most extreme arrangements', () => {
    expect(permutationTest([1, 2, 3, 4], [5, 6, 7, 8], randomStream(1))).toBeCloseTo(2 / 70, 12);
    expect(pairedPermutationTest([1, 1, 1], randomStream(1))).toBe(0.25);
    expect(pairedPermutationTest([0, 0], randomStream(1))).toBe(1);
  });

  it('agree with the exact p-value within sampling error where arrangements are drawn', () => {
    // 20 paired signs, of which 16 agree: P(|sum| as large) is the two-sided binomial tail, 0.011817932.
    const differences = Array.from({ length: 20 }, (_, i) => (i < 16 ? 1 : -1));
    const spread = Math.sqrt((0.0118 * (1 - 0.0118)) / 100_000);
    expect(Math.abs(pairedPermutationTest(differences, randomStream(2)) - 0.011817932)).toBeLessThan(5 * spread);
    // Two groups of 10 with one value that is not 0: it lies in either group, so every arrangement is as extreme.
    const zeros = Array<number>(12).fill(0);
    expect(permutationTest([...zeros.slice(1), 1], zeros, randomStream(3))).toBe(1);
    // Twelve ones among 24 values, ten of them in one group: 2 (66 * 66 + 12 * 12 + 1) of C(24, 12) arrangements are as extreme.
    const exact = (2 * (66 * 66 + 144 + 1)) / 2_704_156;
    const ones = Array<number>(12).fill(1);
    const found = permutationTest([...ones.slice(2), 0, 0], [1, 1, ...zeros.slice(2)], randomStream(4));
    // It ends at the hundredth extreme draw, so it is known to a tenth.
    expect(Math.abs(found / exact - 1)).toBeLessThan(5 * 0.1);
  });

  it('take the log-rank statistic as a sum over a group', () => {
    const time = fc.record({ time: fc.integer({ min: 1, max: 6 }), reached: fc.boolean() });
    fc.assert(
      fc.property(fc.array(time, { minLength: 1 }), fc.array(time, { minLength: 1 }), (first, second) => {
        const scores = logRankScores([...first, ...second]);
        const own = scores.slice(0, first.length).reduce((sum, score) => sum + score, 0);
        expect(own).toBeCloseTo(logRankTest(first, second).excess, 10);
        expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(0, 10);
      }),
    );
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
