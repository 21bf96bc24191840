import { describe, expect, it } from 'vitest';
import { gaussianExpectation } from '../../../core/theory/gaussian-expectation.ts';

/** About 35 panels of 16 points add up their rounding. */
const relative = 1e-13;

describe('the expectation over a standard normal', () => {
  it.each([
    [0, 1],
    [2, 1],
    [4, 3],
    [6, 15],
    [8, 105],
    [10, 945],
  ])('of z^%i is %i', (power, expected) => {
    expect(Math.abs(gaussianExpectation((z) => z ** power) / expected - 1)).toBeLessThan(relative * 10);
  });

  it.each([1, 3, 5])('of the odd power z^%i is 0', (power) => {
    expect(Math.abs(gaussianExpectation((z) => z ** power))).toBeLessThan(relative);
  });

  it.each([0.5, 1, 2, 3])('of cos(%f z) is its characteristic function', (t) => {
    expect(Math.abs(gaussianExpectation((z) => Math.cos(t * z)) - Math.exp((-t * t) / 2))).toBeLessThan(relative);
  });

  it('sees a jump where it is named', () => {
    // P(Z > 0.3) = 0.3820885778110473 (mpmath).
    expect(Math.abs(gaussianExpectation((z) => (z > 0.3 ? 1 : 0), [0.3]) - 0.3820885778110473)).toBeLessThan(relative);
  });

  // E[tanh(s z)^2] by mpmath.
  it.each([
    [1, 0.39429449039784115],
    [10, 0.9205368634305167],
    [100, 0.992021482480513],
    [1000, 0.9992021157673138],
  ])('resolves tanh(%i z)^2, however steep', (s, expected) => {
    expect(Math.abs(gaussianExpectation((z) => Math.tanh(s * z) ** 2) / expected - 1)).toBeLessThan(relative);
  });
});
