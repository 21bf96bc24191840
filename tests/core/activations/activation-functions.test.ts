import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activationCatalogue } from '../../../core/activations/activation-catalogue.ts';
import { activationFunctions } from '../../../core/activations/activation-functions.ts';
import type { Activation } from '../../../core/activations/activation.ts';
import { erfc, normalCdf } from '../../../core/activations/error-function.ts';
import { everyActivation } from './every-activation.ts';

const named = everyActivation.map((activation) => [JSON.stringify(activation), activation] as const);

function largestSlope(activation: Activation): number {
  const { derivative } = activationFunctions(activation);
  let largest = 0;
  for (let z = -20; z <= 20; z += 1 / 256) largest = Math.max(largest, Math.abs(derivative(z)));
  return largest;
}

/** Computed with mpmath to 40 digits from the formulas of the catalogue. */
const referenceValues: readonly [Activation, number, number][] = [
  [{ name: 'relu' }, -2.5, 0.0],
  [{ name: 'relu' }, -0.75, 0.0],
  [{ name: 'relu' }, 1.25, 1.25],
  [{ name: 'leakyRelu', slope: 0.25 }, -2.5, -0.625],
  [{ name: 'leakyRelu', slope: 0.25 }, -0.75, -0.1875],
  [{ name: 'leakyRelu', slope: 0.25 }, 1.25, 1.25],
  [{ name: 'elu', alpha: 0.5 }, -2.5, -0.4589575006880506],
  [{ name: 'elu', alpha: 0.5 }, -0.75, -0.26381672362949266],
  [{ name: 'elu', alpha: 0.5 }, 1.25, 1.25],
  [{ name: 'selu' }, -2.5, -1.6137857588732425],
  [{ name: 'selu' }, -0.75, -0.9276320158350513],
  [{ name: 'selu' }, 1.25, 1.3133762341943507],
  [{ name: 'gelu' }, -2.5, -0.015524163314440337],
  [{ name: 'gelu' }, -0.75, -0.16997051428265114],
  [{ name: 'gelu' }, 1.25, 1.117937782916431],
  [{ name: 'swish' }, -2.5, -0.18964545005310887],
  [{ name: 'swish' }, -0.75, -0.24061597561845527],
  [{ name: 'swish' }, 1.25, 0.9716248264683639],
  [{ name: 'softplus' }, -2.5, 0.07888973429254963],
  [{ name: 'softplus' }, -0.75, 0.38687100611489994],
  [{ name: 'softplus' }, 1.25, 1.501929081345373],
  [{ name: 'softsign' }, -2.5, -0.7142857142857143],
  [{ name: 'softsign' }, -0.75, -0.42857142857142855],
  [{ name: 'softsign' }, 1.25, 0.5555555555555556],
  [{ name: 'tanh' }, -2.5, -0.9866142981514303],
  [{ name: 'tanh' }, -0.75, -0.6351489523872873],
  [{ name: 'tanh' }, 1.25, 0.8482836399575129],
  [{ name: 'hardTanh' }, -2.5, -1.0],
  [{ name: 'hardTanh' }, -0.75, -0.75],
  [{ name: 'hardTanh' }, 1.25, 1.0],
  [{ name: 'sigmoid' }, -2.5, 0.07585818002124355],
  [{ name: 'sigmoid' }, -0.75, 0.320821300824607],
  [{ name: 'sigmoid' }, 1.25, 0.7772998611746912],
  [{ name: 'linear' }, -2.5, -2.5],
  [{ name: 'linear' }, -0.75, -0.75],
  [{ name: 'linear' }, 1.25, 1.25],
];

describe('erfc', () => {
  // Computed with mpmath to 40 digits.
  it.each([
    [-6, 2],
    [-3, 1.9999779095030015],
    [-0.3, 1.3286267594591274],
    [0, 1],
    [0.1, 0.8875370839817152],
    [0.46875, 0.507386526782062],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [3.9, 3.4792248597231745e-8],
    [4, 1.541725790028002e-8],
    [4.5, 1.9661604415428876e-10],
    [8, 1.1224297172982926e-29],
    [26, 5.663192408856143e-296],
  ])('of %f is right to a few last bits', (x, expected) => {
    expect(Math.abs(erfc(x) / expected - 1)).toBeLessThan(1e-15);
  });

  it('agrees with its Maclaurin series around 0 to double precision', () => {
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), (x) => {
        // erf(x) = 2 / sqrt(pi) exp(-x^2) sum 2^n x^(2n+1) / (2n+1)!!: terms of one sign, so nothing cancels.
        let term = x;
        let sum = x;
        for (let n = 1; n < 60; n++) {
          term *= (2 * x * x) / (2 * n + 1);
          sum += term;
        }
        const erf = (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
        expect(Math.abs(1 - erfc(x) - erf)).toBeLessThan(1e-15);
      }),
      { numRuns: 1000 },
    );
  });

  it('ends at 0 and 2', () => {
    expect(erfc(Infinity)).toBe(0);
    expect(erfc(-Infinity)).toBe(2);
    expect(erfc(28)).toBe(0);
    expect(normalCdf(-39)).toBe(0);
    expect(erfc(Number.NaN)).toBeNaN();
  });
});

describe('activations', () => {
  it.each(referenceValues)('%j at %f is %f', (activation, z, expected) => {
    expect(Math.abs(activationFunctions(activation).value(z) - expected)).toBeLessThanOrEqual(
      4e-16 * Math.abs(expected),
    );
  });

  it.each(named)('%s has the derivative of its value', (_, activation) => {
    const { value, derivative, kinks } = activationFunctions(activation);
    const h = 1e-5;
    fc.assert(
      fc.property(fc.double({ min: -12, max: 12, noNaN: true }), (z) => {
        fc.pre(kinks.every((kink) => Math.abs(z - kink) > 2 * h));
        const difference = (value(z + h) - value(z - h)) / (2 * h);
        // Truncation h^2 |f'''| / 6 with |f'''| <= 6 (softsign), and rounding of values up to 12 over 2 h.
        expect(Math.abs(derivative(z) - difference)).toBeLessThan(h ** 2 + (12 * 2 ** -52) / h);
      }),
      { numRuns: 500 },
    );
  });

  it.each(named)('%s is continuous, at its kinks and far out too', (_, activation) => {
    const { value, kinks } = activationFunctions(activation);
    for (const z of [...kinks, 0, -30, 30]) {
      // No slope exceeds 1.76 (selu's, left of 0).
      expect(Math.abs(value(z + 1e-9) - value(z - 1e-9))).toBeLessThan(4e-9);
    }
  });

  it.each(named)('%s names every kink: elsewhere the derivative is continuous', (_, activation) => {
    const { derivative, kinks } = activationFunctions(activation);
    for (let z = -4; z <= 4; z += 1 / 64) {
      if (kinks.includes(z)) continue;
      expect(Math.abs(derivative(z + 1e-7) - derivative(z - 1e-7))).toBeLessThan(1e-6);
    }
  });

  it.each(named)('%s lets NaN through', (_, activation) => {
    expect(activationFunctions(activation).value(Number.NaN)).toBeNaN();
  });

  it.each(named)('%s is saturated only where its slope is at most 5 %% of the largest', (_, activation) => {
    const { derivative, saturated } = activationFunctions(activation);
    const places = Array.from({ length: 2561 }, (_place, i) => -20 + i / 64).filter(saturated);
    const steepest = Math.max(0, ...places.map((z) => Math.abs(derivative(z))));
    // The largest slope is looked for on a grid too, which misses it by about the square of the spacing.
    expect(steepest).toBeLessThanOrEqual(0.05 * largestSlope(activation) * (1 + 1e-4));
  });

  it.each(named.filter(([, { name }]) => name !== 'linear' && name !== 'leakyRelu'))(
    '%s is saturated from the very place where its tail gets that flat',
    (_, activation) => {
      const { derivative, flat } = activationFunctions(activation);
      const limit = 0.05 * largestSlope(activation);
      const edges = [
        { edge: flat.upTo, inwards: 1e-3 },
        { edge: flat.from, inwards: -1e-3 },
      ].filter(({ edge }) => Number.isFinite(edge));
      expect(edges.length).toBeGreaterThan(0);
      for (const { edge, inwards } of edges) {
        expect(Math.abs(derivative(edge + inwards))).toBeGreaterThan(limit);
        expect(Math.abs(derivative(edge - inwards))).toBeLessThanOrEqual(limit);
      }
    },
  );

  it('saturates relu on its zero side, 0 included, and linear and leakyRelu nowhere', () => {
    const relu = activationFunctions({ name: 'relu' });
    expect([-1, 0, 1e-9].map(relu.saturated)).toEqual([true, true, false]);
    expect(activationFunctions({ name: 'leakyRelu', slope: 0 }).saturated(-1)).toBe(true);
    for (const activation of [{ name: 'leakyRelu', slope: 0.01 }, { name: 'linear' }] as const) {
      expect([-1e6, 0, 1e6].some(activationFunctions(activation).saturated)).toBe(false);
    }
  });

  it('stays accurate in the tails of gelu, swish, softplus and elu', () => {
    const tail = (activation: Activation): number => activationFunctions(activation).value(-30);
    // -30 Phi(-30), -30 / (1 + e^30), log1p(e^-30), e^-30 - 1: mpmath, 40 digits.
    expect(tail({ name: 'gelu' }) / -1.472014178144456e-196).toBeCloseTo(1, 13);
    expect(tail({ name: 'swish' }) / -2.8072868906517896e-12).toBeCloseTo(1, 14);
    expect(tail({ name: 'softplus' }) / 9.357622968839737e-14).toBeCloseTo(1, 14);
    expect(tail({ name: 'elu', alpha: 1 }) + 1).toBeCloseTo(9.357622968839737e-14, 15);
  });
});

describe('the catalogue of activations', () => {
  it('gives no two activations the same name or alias', () => {
    const words = Object.entries(activationCatalogue).flatMap(([name, { aliases }]) => [name, ...aliases]);
    expect(new Set(words.map((word) => word.toLowerCase())).size).toBe(words.length);
  });
});
