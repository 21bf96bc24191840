import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BugError } from '../../../core/errors.ts';
import { median, quantile } from '../../../core/statistics/quantile.ts';

describe('quantile', () => {
  // numpy.quantile([15, 20, 35, 40, 50], p): place p x 4 between the sorted values.
  it.each([
    [0, 15],
    [0.05, 16],
    [0.3, 23],
    [0.4, 29],
    [0.5, 35],
    [1, 50],
  ])('interpolates between neighbours: the %d-quantile of 15, 20, 35, 40, 50 is %d', (p, expected) => {
    expect(quantile([50, 15, 40, 20, 35], p)).toBeCloseTo(expected, 12);
  });

  it('sorts by value and leaves the input as it is', () => {
    const values = [10, 9, 2];
    expect(median(values)).toBe(9);
    expect(values).toEqual([10, 9, 2]);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('never decreases in p and stays within the values', () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(finite, { minLength: 1 }), finite.map(Math.abs), finite.map(Math.abs), (values, a, b) => {
        const [low, high] = [Math.min(a, b) / 1e6, Math.max(a, b) / 1e6];
        // Interpolation rounds in its last place: a relative slack of a few 2^-53 of the largest value.
        expect(quantile(values, low)).toBeLessThanOrEqual(quantile(values, high) + 1e-9);
        expect(quantile(values, high)).toBeLessThanOrEqual(Math.max(...values) + 1e-9);
      }),
    );
  });

  it('has no answer without values or for a share outside of 0..1', () => {
    expect(() => quantile([], 0.5)).toThrow(BugError);
    expect(() => quantile([1], 1.1)).toThrow(BugError);
    expect(() => quantile([1], NaN)).toThrow(BugError);
  });
});
