import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../../core/activations/error-function.ts';
import { secondMomentGain } from '../../../core/activations/gains.ts';
import { UserError } from '../../../core/errors.ts';
import { initializeLayer, type InitialLayer } from '../../../core/initializers/initialize-layer.ts';
import type { Initializer } from '../../../core/initializers/initializer.ts';
import type { LayerShape } from '../../../core/initializers/layer-shape.ts';
import { criticalPoint } from '../../../core/theory/critical-point.ts';
import { weightDistribution } from '../../../core/initializers/weight-distribution.ts';
import { randomStream } from '../../../core/random/random-stream.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovLimit } from '../kolmogorov-smirnov.ts';

const seeds = [1, 2, 3];
const shape: LayerShape = { fanIn: 300, fanOut: 200, activation: { name: 'tanh' } };
const leaky: LayerShape = { ...shape, activation: { name: 'leakyRelu', slope: 0.5 } };

/** Of each distribution at standard deviation 1: kurtosis, largest size (infinite for the normal), distribution function. */
const distributions = {
  normal: { kurtosis: 3, bound: Infinity, cdf: normalCdf },
  uniform: { kurtosis: 1.8, bound: Math.sqrt(3), cdf: (x: number) => 0.5 + x / Math.sqrt(12) },
  // A normal cut at 2: E[z^2] = 1 - 4 phi(2) / p, E[z^4] = 3 E[z^2] - 16 phi(2) / p, p = 2 Phi(2) - 1, phi(2) = 0.05399.
  truncatedNormal: {
    kurtosis: 2.3656,
    bound: 2 / 0.8796256610342398,
    cdf: (x: number) => (normalCdf(0.8796256610342398 * x) - normalCdf(-2)) / (1 - 2 * normalCdf(-2)),
  },
};
type Distribution = keyof typeof distributions;

function draw(initializer: Initializer, layer: LayerShape, seed: number): InitialLayer {
  return initializeLayer(initializer, layer, randomStream(seed, 'weights', 0));
}

function moments(values: Float32Array): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
}

function expectSample(values: Float32Array, distribution: Distribution, variance: number): void {
  const { kurtosis, bound, cdf } = distributions[distribution];
  const found = moments(values);
  const sd = Math.sqrt(variance);
  // Five standard errors: of a mean sd / sqrt(n), of a variance sd^2 sqrt((kurtosis - 1) / n).
  expect(Math.abs(found.mean)).toBeLessThan((5 * sd) / Math.sqrt(values.length));
  expect(Math.abs(found.variance / variance - 1)).toBeLessThan(5 * Math.sqrt((kurtosis - 1) / values.length));
  const scaled = Float64Array.from(values, (x) => x / sd);
  // Weights are rounded to float32.
  expect(scaled.reduce((most, x) => Math.max(most, Math.abs(x)), 0)).toBeLessThanOrEqual(bound * (1 + 2 ** -23));
  expect(kolmogorovSmirnov(scaled, cdf)).toBeLessThan(kolmogorovSmirnovLimit);
}

const he = { mode: 'fanIn', slope: 'activation' } as const;

const scalingRules: readonly [Initializer, LayerShape, Distribution, number][] = [
  [{ name: 'normal', sd: 0.01 }, shape, 'normal', 1e-4],
  [{ name: 'truncatedNormal', sd: 0.01 }, shape, 'truncatedNormal', 1e-4],
  [{ name: 'uniform', limit: 0.3 }, shape, 'uniform', 0.03],
  [{ name: 'lecunNormal', gain: 1 }, shape, 'normal', 1 / 300],
  [{ name: 'lecunUniform', gain: 2 }, shape, 'uniform', 4 / 300],
  [{ name: 'lecunTruncatedNormal', gain: 1 }, shape, 'truncatedNormal', 1 / 300],
  [{ name: 'glorotNormal', gain: 1 }, shape, 'normal', 2 / 500],
  [{ name: 'glorotNormal', gain: 'conventional' }, shape, 'normal', ((25 / 9) * 2) / 500],
  [
    { name: 'glorotNormal', gain: 'secondMoment' },
    shape,
    'normal',
    (secondMomentGain({ name: 'tanh' }) ** 2 * 2) / 500,
  ],
  [{ name: 'glorotUniform', gain: 1 }, shape, 'uniform', 2 / 500],
  [{ name: 'glorotTruncatedNormal', gain: 1 }, shape, 'truncatedNormal', 2 / 500],
  [{ name: 'commonHeuristic' }, shape, 'uniform', 1 / 900],
  [{ name: 'heNormal', ...he }, shape, 'normal', 2 / 300],
  [{ name: 'heNormal', ...he }, leaky, 'normal', 2 / (1.25 * 300)],
  [{ name: 'heNormal', mode: 'fanIn', slope: 0 }, leaky, 'normal', 2 / 300],
  [{ name: 'heNormal', mode: 'fanOut', slope: 1 }, shape, 'normal', 1 / 200],
  [{ name: 'heUniform', ...he }, shape, 'uniform', 2 / 300],
  [{ name: 'heTruncatedNormal', mode: 'fanOut', slope: 0 }, shape, 'truncatedNormal', 2 / 200],
];

describe('rules of variance', () => {
  it.each(scalingRules)(
    '%j in %j is %s with variance %f, and biases are 0',
    (initializer, layer, distribution, variance) => {
      for (const seed of seeds) {
        const { kernel, bias } = draw(initializer, layer, seed);
        expect(kernel.length).toBe(layer.fanIn * layer.fanOut);
        expectSample(kernel, distribution, variance);
        expect(bias).toEqual(new Float32Array(layer.fanOut));
      }
    },
  );
});

/** Gram matrix's largest distance from gain^2 times the identity: of the columns of a tall kernel, the rows of a wide one. */
function distanceFromOrthogonal(kernel: Float32Array, fanIn: number, fanOut: number, gain: number): number {
  const count = Math.min(fanIn, fanOut);
  const length = Math.max(fanIn, fanOut);
  const at = (vector: number, i: number): number =>
    fanIn >= fanOut ? kernel[i * fanOut + vector]! : kernel[vector * fanOut + i]!;
  let distance = 0;
  for (let one = 0; one < count; one++) {
    for (let other = one; other < count; other++) {
      let product = 0;
      for (let i = 0; i < length; i++) product += at(one, i) * at(other, i);
      distance = Math.max(distance, Math.abs(product - (one === other ? gain ** 2 : 0)));
    }
  }
  return distance;
}

describe('orthogonal kernels', () => {
  it.each([
    [1, 1],
    [64, 64],
    [128, 48],
    [48, 128],
    [1, 10],
    [10, 1],
  ])('of shape [%i, %i] have orthonormal columns, or rows where they are wide', (fanIn, fanOut) => {
    for (const seed of seeds) {
      const { kernel } = draw({ name: 'orthogonal', gain: 1 }, { ...shape, fanIn, fanOut }, seed);
      expect(distanceFromOrthogonal(kernel, fanIn, fanOut, 1)).toBeLessThan(1e-6);
    }
  });

  it('are multiplied by the gain', () => {
    const { kernel } = draw({ name: 'orthogonal', gain: 'conventional' }, { ...shape, fanIn: 40, fanOut: 40 }, 1);
    expect(distanceFromOrthogonal(kernel, 40, 40, 5 / 3)).toBeLessThan(3e-6);
  });

  it('are the start of lsuv', () => {
    const { kernel } = draw({ name: 'lsuv', tolerance: 0.1, maxIterations: 10 }, shape, 1);
    expect(kernel).toEqual(draw({ name: 'orthogonal', gain: 1 }, shape, 1).kernel);
  });

  it.each([
    [3, 3],
    [5, 2],
    [2, 5],
  ])(
    'of shape [%i, %i] are uniform over all such kernels: every entry has the moments of a point on the sphere',
    (fanIn, fanOut) => {
      const rounds = 20_000;
      const n = Math.max(fanIn, fanOut);
      const entries = Array.from({ length: fanIn * fanOut }, () => new Float32Array(rounds));
      for (let round = 0; round < rounds; round++) {
        const { kernel } = draw({ name: 'orthogonal', gain: 1 }, { ...shape, fanIn, fanOut }, round);
        for (const [i, entry] of entries.entries()) entry[round] = kernel[i]!;
      }
      // One coordinate u of a uniform point on the sphere in n dimensions: E[u^2] = 1/n, E[u^4] = 3 / (n (n + 2)).
      const kurtosis = (3 * n) / (n + 2);
      for (const entry of entries) {
        const { mean, variance } = moments(entry);
        expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n * rounds));
        expect(Math.abs(variance * n - 1)).toBeLessThan(5 * Math.sqrt((kurtosis - 1) / rounds));
      }
    },
  );

  it('are rotations and reflections equally often, which needs the signs of R', () => {
    const rounds = 10_000;
    let rotations = 0;
    for (let round = 0; round < rounds; round++) {
      const { kernel } = draw({ name: 'orthogonal', gain: 1 }, { ...shape, fanIn: 2, fanOut: 2 }, round);
      if (kernel[0]! * kernel[3]! - kernel[1]! * kernel[2]! > 0) rotations += 1;
    }
    expect(Math.abs(rotations / rounds - 0.5)).toBeLessThan(5 * (0.5 / Math.sqrt(rounds)));
  });
});

describe('the other initializers', () => {
  it('fill with zeros or one value', () => {
    expect(draw({ name: 'zeros' }, shape, 1).kernel).toEqual(new Float32Array(60_000));
    expect(draw({ name: 'constant', value: 0.25 }, shape, 1).kernel).toEqual(new Float32Array(60_000).fill(0.25));
  });

  it.each([
    [3, 3, [2, 0, 0, 0, 2, 0, 0, 0, 2]],
    [3, 2, [2, 0, 0, 2, 0, 0]],
    [2, 3, [2, 0, 0, 0, 2, 0]],
  ])('identity in [%i, %i] passes the first inputs on', (fanIn, fanOut, expected) => {
    expect([...draw({ name: 'identity', gain: 2 }, { ...shape, fanIn, fanOut }, 1).kernel]).toEqual(expected);
  });

  it('sparse gives every unit k inputs, each input equally often, with the stated spread', () => {
    const k = 15;
    for (const seed of seeds) {
      const { kernel } = draw({ name: 'sparse', k, sd: 0.5 }, shape, seed);
      const perInput = new Float64Array(shape.fanIn);
      const weights: number[] = [];
      for (let unit = 0; unit < shape.fanOut; unit++) {
        const incoming = [...perInput.keys()].filter((input) => kernel[input * shape.fanOut + unit] !== 0);
        expect(incoming.length).toBe(k);
        for (const input of incoming) {
          perInput[input]! += 1;
          weights.push(kernel[input * shape.fanOut + unit]!);
        }
      }
      expectSample(Float32Array.from(weights), 'normal', 0.25);
      // Each count is a sum of fanOut chances of k / fanIn; chi^2 shrinks by the share (fanIn - k) / fanIn as k are distinct.
      const share = k / shape.fanIn;
      const expected = shape.fanOut * share;
      const chiSquare = perInput.reduce((sum, count) => sum + (count - expected) ** 2 / (expected * (1 - share)), 0);
      expect(Math.abs(chiSquare - shape.fanIn)).toBeLessThan(5 * Math.sqrt(2 * shape.fanIn));
    }
  });

  it('sparse is dense where a unit has no more than k inputs', () => {
    const { kernel } = draw({ name: 'sparse', k: 15, sd: 1 }, { ...shape, fanIn: 4, fanOut: 50 }, 1);
    expect(kernel.every((weight) => weight !== 0)).toBe(true);
  });

  it('critical draws kernel and biases of the edge of chaos', () => {
    for (const seed of seeds) {
      const { kernel, bias } = draw({ name: 'critical', sigmaB: Math.sqrt(0.05) }, shape, seed);
      expectSample(kernel, 'normal', 1.76095463960674 / shape.fanIn);
      expectSample(bias, 'normal', 0.05);
      expect([kernel.length, bias.length]).toEqual([60_000, 200]);
    }
  });

  it('meanField draws kernel and biases of the two scales it is given', () => {
    for (const seed of seeds) {
      const { kernel, bias } = draw({ name: 'meanField', sigmaW: 1.5, sigmaB: 0.3 }, shape, seed);
      expectSample(kernel, 'normal', 2.25 / shape.fanIn);
      expectSample(bias, 'normal', 0.09);
      expect([kernel.length, bias.length]).toEqual([60_000, 200]);
    }
  });

  it('meanField on the edge of chaos is critical', () => {
    const { sigmaW } = criticalPoint({ name: 'tanh' }, 0.2);
    expect(draw({ name: 'meanField', sigmaW, sigmaB: 0.2 }, shape, 1)).toEqual(
      draw({ name: 'critical', sigmaB: 0.2 }, shape, 1),
    );
  });

  it('critical refuses an activation that has no critical point', () => {
    expect(() => draw({ name: 'critical', sigmaB: 0.1 }, { ...shape, activation: { name: 'relu' } }, 1)).toThrow(
      UserError,
    );
  });
});

/** 3 x 3 kernels from 8 to 40 channels. */
const convolution: LayerShape = { ...shape, fanIn: 9 * 8, fanOut: 9 * 40, kernelArea: 9 };
/** First row of the kernel's centre, its fifth tap. */
const centre = 4 * 8;

describe('kernels of a convolution', () => {
  it.each<[Initializer, Distribution, number]>([
    [{ name: 'heNormal', ...he }, 'normal', 2 / 72],
    [{ name: 'heUniform', mode: 'fanOut', slope: 0 }, 'uniform', 2 / 360],
    [{ name: 'glorotUniform', gain: 1 }, 'uniform', 2 / (72 + 360)],
    [{ name: 'lecunTruncatedNormal', gain: 1 }, 'truncatedNormal', 1 / 72],
  ])('%j count its area in fanIn and fanOut: %s of variance %f', (initializer, distribution, variance) => {
    for (const seed of seeds) {
      const { kernel, bias } = draw(initializer, convolution, seed);
      expect([kernel.length, bias.length]).toEqual([72 * 40, 40]);
      expectSample(kernel, distribution, variance);
    }
  });

  it('have orthonormal columns over all taps with orthogonal', () => {
    const { kernel } = draw({ name: 'orthogonal', gain: 1 }, convolution, 1);
    expect(distanceFromOrthogonal(kernel, 72, 40, 1)).toBeLessThan(1e-6);
  });

  it('pass every pixel on with identity', () => {
    const { kernel } = draw({ name: 'identity', gain: 3 }, convolution, 1);
    const expected = new Float32Array(72 * 40);
    for (let channel = 0; channel < 8; channel++) expected[(centre + channel) * 40 + channel] = 3;
    expect(kernel).toEqual(expected);
  });
});

describe('deltaOrthogonal', () => {
  it.each([
    [8, 40],
    [40, 40],
    [40, 8],
  ])('is orthogonal at the centre and 0 around it, from %i to %i channels', (channels, units) => {
    const layer: LayerShape = { ...shape, fanIn: 9 * channels, fanOut: 9 * units, kernelArea: 9 };
    for (const seed of seeds) {
      const { kernel, bias } = draw({ name: 'deltaOrthogonal', gain: 'conventional' }, layer, seed);
      const tap = kernel.slice(4 * channels * units, 5 * channels * units);
      expect(distanceFromOrthogonal(tap, channels, units, 5 / 3)).toBeLessThan(3e-6);
      expect(kernel.filter((weight) => weight !== 0)).toHaveLength(tap.filter((weight) => weight !== 0).length);
      expect(bias).toEqual(new Float32Array(units));
    }
  });

  it('keeps the length of every pixel where channels do not become fewer', () => {
    const { kernel } = draw({ name: 'deltaOrthogonal', gain: 1 }, convolution, 2);
    const pixel = new Float32Array(8);
    randomStream(3).fillNormal(pixel, 0, 1);
    const out = Array.from({ length: 40 }, (_, j) =>
      pixel.reduce((sum, x, channel) => sum + x * kernel[(centre + channel) * 40 + j]!, 0),
    );
    expect(Math.hypot(...out)).toBeCloseTo(Math.hypot(...pixel), 5);
  });

  it('has the moments that weightDistribution states', () => {
    const { variance, mean } = weightDistribution({ name: 'deltaOrthogonal', gain: 2 }, convolution);
    // 8 orthonormal rows of length 2 among 72 x 40 weights: the sum of squares is exact.
    expect(variance).toBeCloseTo((8 * 4) / (72 * 40), 12);
    const found = moments(draw({ name: 'deltaOrthogonal', gain: 2 }, convolution, 1).kernel);
    expect(found.variance + found.mean ** 2).toBeCloseTo(variance, 7);
    expect(mean).toBe(0);
  });

  it('is orthogonal in a dense layer, the output layer of a convolution', () => {
    const dense = { ...shape, fanIn: 40, fanOut: 10 };
    expect(draw({ name: 'deltaOrthogonal', gain: 1 }, dense, 1).kernel).toEqual(
      draw({ name: 'orthogonal', gain: 1 }, dense, 1).kernel,
    );
  });
});

describe('fixup', () => {
  const branch = (branches: number, layers: number, isLast: boolean): LayerShape => ({
    ...shape,
    place: { kind: 'branch', branches, layers, isLast },
  });

  it.each<[string, LayerShape, number]>([
    ['before the first branch as He', shape, 2 / 300],
    // L^(-1 / (2 m - 2)) on the standard deviation: with m = 2 that is 1 / sqrt(L), with m = 3 L^(-1/4).
    ['within 9 branches of 2 layers with a ninth of that variance', branch(9, 2, false), 2 / 300 / 9],
    ['within 16 branches of 3 layers with a quarter of it', branch(16, 3, false), 2 / 300 / 4],
  ])('draws layers %s', (_, layer, variance) => {
    for (const seed of seeds) expectSample(draw({ name: 'fixup' }, layer, seed).kernel, 'normal', variance);
    expect(weightDistribution({ name: 'fixup' }, layer).variance).toBeCloseTo(variance, 12);
  });

  it.each<[string, LayerShape]>([
    ['the last layer of a branch', branch(9, 2, true)],
    ['the only layer of a branch', branch(9, 1, true)],
    ['the output layer', { ...shape, place: { kind: 'output' } }],
  ])('sets %s to 0', (_, layer) => {
    expect(draw({ name: 'fixup' }, layer, 1).kernel).toEqual(new Float32Array(60_000));
    expect(weightDistribution({ name: 'fixup' }, layer)).toMatchObject({ kind: 'constant', mean: 0, variance: 0 });
  });
});

const everyRandom: readonly Initializer[] = [
  ...new Map(scalingRules.map(([initializer]) => [initializer.name, initializer])).values(),
  { name: 'orthogonal', gain: 1 },
  { name: 'sparse', k: 3, sd: 1 },
  { name: 'lsuv', tolerance: 0.1, maxIterations: 10 },
  { name: 'critical', sigmaB: 0.2 },
  { name: 'deltaOrthogonal', gain: 1 },
  { name: 'fixup' },
  { name: 'meanField', sigmaW: 1.5, sigmaB: 0.2 },
];

describe('randomness', () => {
  it.each(everyRandom.map((initializer) => [initializer.name, initializer] as const))(
    '%s gives the same bits for the same seed, others for another',
    (_, initializer) => {
      fc.assert(
        fc.property(
          fc.nat(),
          fc.integer({ min: 1, max: 20 }),
          fc.integer({ min: 2, max: 20 }),
          (seed, fanIn, fanOut) => {
            const layer: LayerShape = { ...shape, fanIn, fanOut };
            expect(draw(initializer, layer, seed)).toEqual(draw(initializer, layer, seed));
            expect(draw(initializer, layer, seed).kernel).not.toEqual(draw(initializer, layer, seed + 1).kernel);
          },
        ),
        { numRuns: 30 },
      );
    },
  );
});
