import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../core/random/random-stream.ts';
import { bootstrapInterval } from '../../../core/statistics/bootstrap.ts';
import { cumulativeIncidence } from '../../../core/statistics/cumulative-incidence.ts';
import { holmAdjusted } from '../../../core/statistics/holm.ts';
import { interquartileMean } from '../../../core/statistics/interquartile-mean.ts';
import type { TimeToEvent } from '../../../core/statistics/kaplan-meier.ts';
import { logRankTest } from '../../../core/statistics/log-rank.ts';
import { performanceProfile } from '../../../core/statistics/performance-profile.ts';
import { pairedPermutationTest, permutationTest } from '../../../core/statistics/permutation-test.ts';
import { probabilityOfImprovement } from '../../../core/statistics/probability-of-improvement.ts';
import { restrictedMean } from '../../../core/statistics/restricted-mean.ts';
import { studentCdf, studentQuantile } from '../../../core/statistics/student-t.ts';
import golden from '../../golden/statistics.json' with { type: 'json' };

/** Both sides compute in double precision. */
const digits = 10;

const groups = golden.survival.map(({ time, reached }) =>
  time.map((each, i): TimeToEvent => ({ time: each, reached: reached[i]! })),
);

describe('statistics agree with the reference implementations', () => {
  it.each(golden.survival.map((_, i) => [i]))('restricted mean, case %i (lifelines)', (i) => {
    const { horizon, restrictedMean: expected } = golden.survival[i]!;
    expect(restrictedMean(groups[i]!, horizon).mean).toBeCloseTo(expected, digits);
  });

  it.each(golden.logRank)('log-rank test of $first and $second (lifelines)', ({ first, second, statistic, pValue }) => {
    const found = logRankTest(groups[first]!, groups[second]!);
    expect(found.statistic).toBeCloseTo(statistic, digits);
    expect(found.pValue).toBeCloseTo(pValue, digits);
  });

  it.each(golden.competing)('cumulative incidence (lifelines)', ({ time, cause, steps }) => {
    const names = [null, 'target', 'diverged'] as const;
    const found = cumulativeIncidence(
      time.map((each, i) => ({ time: each, event: names[cause[i]!]! })),
      'target',
    );
    expect(found.map((step) => step.time)).toEqual(steps.map(([at]) => at));
    found.forEach(({ incidence }, i) => expect(incidence).toBeCloseTo(steps[i]![1]!, digits));
  });

  it.each(golden.permutation)('permutation test of two groups (scipy)', ({ first, second, pValue }) => {
    const found = permutationTest(first, second, randomStream(1));
    expect(found).toBeCloseTo(pValue, digits);
  });

  it.each(golden.paired)('paired permutation test (scipy)', ({ differences, pValue }) => {
    expect(pairedPermutationTest(differences, randomStream(1))).toBeCloseTo(pValue, digits);
  });

  it.each(golden.holm)('Holm (statsmodels)', ({ pValues, adjusted }) => {
    holmAdjusted(pValues).forEach((p, i) => expect(p).toBeCloseTo(adjusted[i]!, digits));
  });

  it.each(golden.student)(
    "Student's t, p $p, $degrees degrees (scipy)",
    ({ p, degrees, quantile, cdfAtOneAndAHalf }) => {
      expect(studentQuantile(p, degrees) / quantile).toBeCloseTo(1, 9);
      expect(studentCdf(1.5, degrees)).toBeCloseTo(cdfAtOneAndAHalf, 12);
      expect(studentCdf(-1.5, degrees)).toBeCloseTo(1 - cdfAtOneAndAHalf, 12);
    },
  );

  it('interquartile mean, probability of improvement, performance profile (rliable)', () => {
    const { scores, other, thresholds, profile } = golden.rliable;
    expect(interquartileMean(scores.flat())).toBeCloseTo(golden.rliable.interquartileMean, digits);
    const first = scores.map(([score]) => score!);
    expect(probabilityOfImprovement(first, other)).toBeCloseTo(golden.rliable.probabilityOfImprovement, digits);
    performanceProfile(scores.flat(), thresholds).forEach((share, i) => expect(share).toBeCloseTo(profile[i]!, digits));
  });

  it('stratified bootstrap interval of the interquartile mean (rliable)', () => {
    const { scores, interval } = golden.rliable;
    // rliable resamples the runs of each task, which is a column.
    const strata = [0, 1, 2].map((task) => scores.map((run) => run[task]!));
    const found = bootstrapInterval(strata, (drawn) => interquartileMean(drawn.flat()), randomStream(1));
    // An end of 2,000 resamplings has a standard error of about sqrt(0.025 * 0.975 / 2000) / density, 3 % of the interval's width.
    const width = interval[1]! - interval[0]!;
    expect(Math.abs(found.low! - interval[0]!)).toBeLessThan(0.12 * width);
    expect(Math.abs(found.high! - interval[1]!)).toBeLessThan(0.12 * width);
  });
});
