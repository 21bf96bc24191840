import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Activation } from '../../../core/activations/activation.ts';
import { correlationMap, correlationMapSlope, depthScales } from '../../../core/theory/correlation-map.ts';
import { criticalFieldAt } from '../../../core/theory/critical-line.ts';
import { criticalPoint } from '../../../core/theory/critical-point.ts';
import { chi1, fixedPointVariance, varianceMap, varianceMapSlope } from '../../../core/theory/variance-map.ts';

const tanh: Activation = { name: 'tanh' };
const relu: Activation = { name: 'relu' };
const he = { weightVariance: 2, biasVariance: 0 };

describe('the variance map', () => {
  it('of relu keeps any variance with He weights and halves it with Glorot weights', () => {
    for (const q of [1e-6, 1, 30]) {
      expect(varianceMap(relu, he, q) / q).toBeCloseTo(1, 12);
      expect(varianceMap(relu, { ...he, weightVariance: 1 }, q) / q).toBeCloseTo(0.5, 12);
    }
    expect(fixedPointVariance(relu, he, 0.7)).toBeCloseTo(0.7, 10);
    expect(fixedPointVariance(relu, { ...he, weightVariance: 1 })).toBe(0);
    expect(fixedPointVariance(relu, { ...he, weightVariance: 2.5 })).toBeNull();
  });

  it('has the slope that differences give', () => {
    const field = { weightVariance: 1.5, biasVariance: 0.1 };
    for (const activation of [tanh, { name: 'gelu' }, { name: 'elu', alpha: 1 }] as const) {
      const step = 1e-5;
      const difference =
        (varianceMap(activation, field, 0.8 + step) - varianceMap(activation, field, 0.8 - step)) / (2 * step);
      // The error of a central difference is of the order of step^2, that of its rounding 1e-14 / step.
      expect(varianceMapSlope(activation, field, 0.8)).toBeCloseTo(difference, 7);
    }
  });
});

describe('the correlation map', () => {
  it('of relu is the arc-cosine kernel of degree 1 (Cho, Saul 2009)', () => {
    for (const c of [-0.9, 0, 0.3, 0.99]) {
      const exact = (Math.sqrt(1 - c * c) + c * (Math.PI - Math.acos(c))) / Math.PI;
      expect(correlationMap(relu, he, 1.7, c)).toBeCloseTo(exact, 10);
      expect(correlationMapSlope(relu, he, 1.7, c)).toBeCloseTo((Math.PI - Math.acos(c)) / Math.PI, 10);
    }
  });

  it('leaves equal inputs equal, with chi_1 as its slope there', () => {
    const field = { weightVariance: 2.5, biasVariance: 0.05 };
    const q = fixedPointVariance(tanh, field)!;
    expect(correlationMap(tanh, field, q, 1)).toBeCloseTo(1, 12);
    // c' nears its slope at 1 as 1 - c, here 1e-6.
    expect(correlationMapSlope(tanh, field, q, 1 - 1e-6)).toBeCloseTo(chi1(tanh, field, q), 4);
  });
});

describe('the depth scales', () => {
  it('are infinite for the correlation at the edge of chaos: tanh with sigmaB^2 = 0.05 at sigmaW^2 = 1.761', () => {
    const { sigmaW } = criticalPoint(tanh, Math.sqrt(0.05));
    expect(sigmaW ** 2).toBeCloseTo(1.761, 3);
    const scales = depthScales(tanh, { weightVariance: sigmaW ** 2, biasVariance: 0.05 })!;
    expect(scales.correlationLength).toBe(Infinity);
    expect(scales.varianceLength).toBeGreaterThan(1);
  });

  it('fall to both sides of the edge, with one stable correlation, which is 1 only in order', () => {
    const ordered = depthScales(tanh, { weightVariance: 1.3, biasVariance: 0.05 })!;
    const chaotic = depthScales(tanh, { weightVariance: 2.5, biasVariance: 0.05 })!;
    expect(ordered.correlation).toBe(1);
    expect(ordered.correlationLength).toBeCloseTo(-1 / Math.log(ordered.chi1), 10);
    const field = { weightVariance: 2.5, biasVariance: 0.05 };
    expect(chaotic.correlation).toBeLessThan(0.9);
    expect(correlationMap(tanh, field, chaotic.variance, chaotic.correlation)).toBeCloseTo(chaotic.correlation, 10);
    expect(chaotic.correlationLength).toBeLessThan(
      depthScales(tanh, { ...field, weightVariance: 1.9 })!.correlationLength,
    );
  });

  it('are told for linear networks exactly: dq/dq and dc/dc are sigmaW^2', () => {
    const scales = depthScales({ name: 'linear' }, { weightVariance: 0.9, biasVariance: 0.1 })!;
    expect(scales.variance).toBeCloseTo(1, 9);
    expect(scales.varianceLength).toBeCloseTo(-1 / Math.log(0.9), 9);
    expect(scales.correlationLength).toBeCloseTo(-1 / Math.log(0.9), 9);
  });

  it('are null where signals fade away or grow without bound', () => {
    expect(depthScales(relu, { weightVariance: 1, biasVariance: 0 })).toBeNull();
    expect(depthScales(relu, { weightVariance: 3, biasVariance: 0 })).toBeNull();
  });
});

describe('the critical line', () => {
  it('passes through the critical points and keeps gradients and variance everywhere', () => {
    const point = criticalPoint(tanh, 0.3);
    const onLine = criticalFieldAt(tanh, point.variance!)!;
    expect(onLine.weightVariance).toBeCloseTo(point.sigmaW ** 2, 10);
    expect(onLine.biasVariance).toBeCloseTo(0.09, 10);
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 10, noNaN: true }), (q) => {
        const field = criticalFieldAt(tanh, q)!;
        expect(chi1(tanh, field, q)).toBeCloseTo(1, 10);
        expect(varianceMap(tanh, field, q)).toBeCloseTo(q, 10);
      }),
    );
  });

  it('of relu is the single point (2, 0)', () => {
    for (const q of [0.1, 5]) {
      const field = criticalFieldAt(relu, q)!;
      expect(field.weightVariance).toBeCloseTo(2, 12);
      expect(field.biasVariance).toBeCloseTo(0, 12);
    }
  });
});
