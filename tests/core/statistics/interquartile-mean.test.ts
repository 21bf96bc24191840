import { describe, expect, it } from 'vitest';
import { BugError } from '../../../core/errors.ts';
import { interquartileMean } from '../../../core/statistics/interquartile-mean.ts';

describe('interquartileMean', () => {
  // As scipy.stats.trim_mean(values, 0.25): floor(n / 4) values leave on either side.
  it.each([
    [[7], 7],
    [[1, 2, 6], 3],
    [[100, 1, 2, 3], 2.5],
    [[0, 1, 2, 3, 100], 2],
    [[8, 7, 6, 5, 4, 3, 2, -100], 4.5],
  ])('of %j is %d', (values, expected) => {
    expect(interquartileMean(values)).toBe(expected);
  });

  it('is finite while the infinite values are in the outer quarters', () => {
    expect(interquartileMean([1, 2, 3, Infinity])).toBe(2.5);
    expect(interquartileMean([1, 2, Infinity])).toBe(Infinity);
  });

  it('has no answer without values', () => {
    expect(() => interquartileMean([])).toThrow(BugError);
  });
});
