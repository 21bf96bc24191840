import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activation } from '../../../core/activations/activation.ts';
import { UserError } from '../../../core/errors.ts';
import { criticalPoint } from '../../../core/theory/critical-point.ts';
import { activationMoment, slopeMoment } from '../../../core/theory/mean-field.ts';

const scaleFree: readonly Activation[] = [{ name: 'relu' }, { name: 'leakyRelu', slope: 0.2 }, { name: 'linear' }];
const bounded: readonly Activation[] = [
  { name: 'tanh' },
  { name: 'hardTanh' },
  { name: 'softsign' },
  { name: 'sigmoid' },
  { name: 'elu', alpha: 1 },
  { name: 'selu' },
];

/** The message of the UserError it throws, or the empty text where it throws none. */
function messageFor(activation: Activation, sigmaB: number): string {
  try {
    criticalPoint(activation, sigmaB);
    return '';
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

describe('the critical point', () => {
  it('of tanh at sigmaB^2 = 0.05 is the published sigmaW^2 = 1.761', () => {
    const { sigmaW, variance } = criticalPoint({ name: 'tanh' }, Math.sqrt(0.05));
    expect(sigmaW ** 2).toBeCloseTo(1.761, 3);
    // To more digits by mpmath's root finder.
    expect(sigmaW ** 2).toBeCloseTo(1.76095463960674, 11);
    expect(variance).toBeCloseTo(0.570047881640764, 11);
  });

  it('of gelu at sigmaB = 1 is what another root finder gives', () => {
    const { sigmaW, variance } = criticalPoint({ name: 'gelu' }, 1);
    expect(sigmaW ** 2).toBeCloseTo(1.97668001254706, 10);
    expect(variance).toBeCloseTo(82.3127791663532, 8);
  });

  it.each([
    ['relu', { name: 'relu' }, 2],
    ['leakyRelu', { name: 'leakyRelu', slope: 0.2 }, 2 / 1.04],
    ['linear', { name: 'linear' }, 1],
  ] as const)('of %s without biases is He: it keeps whatever variance it is given', (_, activation, expected) => {
    expect(criticalPoint(activation, 0).sigmaW ** 2).toBeCloseTo(expected, 12);
    expect(criticalPoint(activation, 0).variance).toBeNull();
  });

  it.each([
    ['tanh', { name: 'tanh' }, 1],
    ['softsign', { name: 'softsign' }, 1],
    ['hardTanh', { name: 'hardTanh' }, 1],
    ['elu', { name: 'elu', alpha: 0.5 }, 2 / 1.25],
  ] as const)('of %s without biases follows from the slopes at 0', (_, activation, expected) => {
    expect(criticalPoint(activation, 0).sigmaW ** 2).toBeCloseTo(expected, 12);
    expect(criticalPoint(activation, 0).variance).toBe(0);
  });

  it.each(bounded.map((activation) => [activation.name, activation] as const))(
    'of %s is a fixed point of the variance, attracts it, and keeps gradients',
    (_, activation) => {
      fc.assert(
        fc.property(fc.double({ min: 0.01, max: 3, noNaN: true }), (sigmaB) => {
          const { sigmaW, variance } = criticalPoint(activation, sigmaB);
          const q = variance ?? Number.NaN;
          const next = (from: number): number => sigmaW ** 2 * activationMoment(activation, from) + sigmaB ** 2;
          // Bisection to the last bits of q; the quadrature adds 1e-13.
          expect(sigmaW ** 2 * slopeMoment(activation, q)).toBeCloseTo(1, 11);
          expect(Math.abs(next(q) / q - 1)).toBeLessThan(1e-10);
          for (const start of [q * 0.5, q * 2]) {
            expect(Math.abs(Math.log(next(start) / q))).toBeLessThan(Math.abs(Math.log(start / q)));
          }
        }),
        { numRuns: 10 },
      );
    },
  );

  it.each(bounded.map((activation) => [activation.name, activation] as const))(
    'of %s moves to a larger variance with larger biases',
    (_, activation) => {
      const variances = [0.05, 0.2, 1, 3].map((sigmaB) => criticalPoint(activation, sigmaB).variance);
      expect(variances).toEqual([...variances].sort((a, b) => Number(a) - Number(b)));
      expect(new Set(variances).size).toBe(4);
    },
  );

  it.each(scaleFree.map((activation) => [activation.name, activation] as const))(
    'of %s does not exist with biases, and the message says to leave them out',
    (name, activation) => {
      expect(messageFor(activation, 0.1)).toContain(`${name} is critical with sigmaB = 0 only, not 0.1`);
    },
  );

  it('is refused where the variance would run away, with the sigmaB from which on it does not', () => {
    for (const name of ['gelu', 'swish'] as const) {
      const least = Number(/sigmaB of at least ([\d.]+)/.exec(messageFor({ name }, 0))?.[1]);
      expect(criticalPoint({ name }, least).variance).toBeGreaterThan(0);
      // The least is rounded up to hundredths.
      expect(messageFor({ name }, least - 0.01)).toContain(`sigmaB of at least ${least}`);
    }
  });

  it('is refused for softplus, which has none, with another initializer to choose', () => {
    expect(messageFor({ name: 'softplus' }, 0.3)).toMatch(/softplus has no critical point.*such as heNormal/);
  });
});
