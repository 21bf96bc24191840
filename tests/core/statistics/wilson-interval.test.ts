import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../../core/statistics/wilson-interval.ts';

describe('wilsonInterval', () => {
  // 0 of n: z^2 / (n + z^2); the middle one from Newcombe 1998, Statistics in Medicine 17, table I, method 3.
  it.each([
    [0, 8, 0, 3.841458820694124 / (8 + 3.841458820694124)],
    [8, 8, 8 / (8 + 3.841458820694124), 1],
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
  ])('of %i in %i is [%f, %f]', (hits, n, low, high) => {
    const interval = wilsonInterval(hits, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });
});
