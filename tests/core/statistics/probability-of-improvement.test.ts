import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BugError } from '../../../core/errors.ts';
import { probabilityOfImprovement } from '../../../core/statistics/probability-of-improvement.ts';

describe('probabilityOfImprovement', () => {
  it.each([
    [[2, 3], [1], 1],
    [[1], [2, 3], 0],
    [[1, 2, 3], [2, 2], 0.5],
    [[3, 4], [1, 3, 5], 7 / 12],
    [[-Infinity], [-Infinity], 0.5],
  ])('of %j over %j is %d: wins plus half the ties, over all pairs', (x, y, expected) => {
    expect(probabilityOfImprovement(x, y)).toBeCloseTo(expected, 12);
  });

  it('of one side and of the other add up to 1', () => {
    const scores = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(scores, scores, (x, y) => {
        expect(probabilityOfImprovement(x, y) + probabilityOfImprovement(y, x)).toBeCloseTo(1, 12);
      }),
    );
  });

  it('needs runs on both sides', () => {
    expect(() => probabilityOfImprovement([], [1])).toThrow(BugError);
    expect(() => probabilityOfImprovement([1], [])).toThrow(BugError);
  });
});
