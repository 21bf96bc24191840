import { describe, expect, it } from 'vitest';
import { BugError } from '../../../core/errors.ts';
import { randomStream } from '../../../core/random/random-stream.ts';
import { bootstrapInterval } from '../../../core/statistics/bootstrap.ts';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const meanOfAll = (strata: readonly (readonly number[])[]) => mean(strata.flat());

describe('bootstrapInterval', () => {
  it('is as wide as the standard error of a mean says', () => {
    const stream = randomStream(1, 'values');
    const values = Array.from({ length: 400 }, () => stream.normal());
    const sd = Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    const { low, high } = bootstrapInterval([values], meanOfAll, randomStream(2));
    // The 2.5% quantile of 2,000 draws has a standard error of sqrt(0.025 x 0.975 / 2000) / 0.0584 = 0.06 standard errors
    // of the mean; the two ends together 0.085, and 4 of them 0.34 in 3.92.
    expect((high! - low!) / ((2 * 1.96 * sd) / 20)).toBeGreaterThan(1 - 0.34 / 3.92);
    expect((high! - low!) / ((2 * 1.96 * sd) / 20)).toBeLessThan(1 + 0.34 / 3.92);
    expect(low!).toBeLessThan(mean(values));
    expect(high!).toBeGreaterThan(mean(values));
  });

  it('draws within each stratum: what varies between strata only has no width', () => {
    expect(
      bootstrapInterval(
        [
          [1, 1, 1],
          [5, 5],
        ],
        meanOfAll,
        randomStream(1),
      ),
    ).toEqual({ low: 2.6, high: 2.6 });
  });

  it('is the same for the same stream, and another for another', () => {
    const interval = (seed: number) => bootstrapInterval([[1, 2, 4, 8, 16]], meanOfAll, randomStream(seed));
    expect(interval(1)).toEqual(interval(1));
    expect(interval(1)).not.toEqual(interval(2));
  });

  it('has no bound where the statistic is infinite', () => {
    const { low, high } = bootstrapInterval([[1, 2, Infinity]], meanOfAll, randomStream(1));
    expect(low).not.toBeNull();
    expect(high).toBeNull();
  });

  it('needs a value in each stratum', () => {
    expect(() => bootstrapInterval([], meanOfAll, randomStream(1))).toThrow(BugError);
    expect(() => bootstrapInterval([[1], []], meanOfAll, randomStream(1))).toThrow(BugError);
  });
});
