import { describe, expect, it } from 'vitest';
import { plainSizes } from '../../../core/networks/network-layers.ts';
import { layerRecords } from '../../../training/probes/layer-records.ts';
import { moments } from '../../../training/probes/moments.ts';
import { saturatedShare } from '../../../training/probes/saturation.ts';
import { unitCosine } from '../../../training/probes/symmetry.ts';
import type { StackShape } from '../../../training/backend.ts';

describe('moments', () => {
  it('are the mean and the population variance', () => {
    expect(moments(Float32Array.of(1, 2, 3, 6))).toEqual({ mean: 3, variance: 3.5 });
  });

  it('keep the variance of numbers far from 0, which one pass in float32 would lose', () => {
    expect(moments(Float32Array.of(8_000_001, 8_000_002, 8_000_003)).variance).toBeCloseTo(2 / 3, 12);
  });
});

describe('saturated share', () => {
  it('counts the flat parts, and is NaN when a pre-activation is', () => {
    expect(saturatedShare({ name: 'relu' }, Float32Array.of(-1, 0, 2, 3))).toBe(0.5);
    expect(saturatedShare({ name: 'linear' }, Float32Array.of(-1e9, 1e9))).toBe(0);
    expect(saturatedShare({ name: 'relu' }, Float32Array.of(-1, NaN))).toBeNaN();
  });
});

describe('unit cosine', () => {
  // Kernels are [fanIn, fanOut]: a unit is a column.
  it.each([
    ['equal units', [1, 1, 1, 2, 2, 2], 2, 3, 1],
    ['opposite units', [1, -1, 2, -2], 2, 2, -1],
    ['orthogonal units', [1, 0, 0, 1], 2, 2, 0],
    ['units of different length but one direction', [1, 5, 2, 10], 2, 2, 1],
    ['zeros, which are all alike', [0, 0, 0, 0, 0, 0], 2, 3, 1],
    ['one zero among two equal units (pairs 0, 0, 1)', [0, 1, 1, 0, 1, 1], 2, 3, 1 / 3],
    ['60 degrees', [1, 0.5, 0, Math.sqrt(3) / 2], 2, 2, 0.5],
  ])('of %s', (_, kernel, fanIn, fanOut, expected) => {
    expect(unitCosine(Float32Array.from(kernel), fanIn, fanOut)).toBeCloseTo(expected, 6);
  });

  it('is NaN for a single unit and for weights that are not finite', () => {
    expect(unitCosine(Float32Array.of(1, 2), 2, 1)).toBeNaN();
    expect(unitCosine(Float32Array.of(1, Infinity, 2, 1), 2, 2)).toBeNaN();
  });
});

describe('layer records', () => {
  const shape: StackShape = {
    ...plainSizes([2, 2, 1]),
    activation: { name: 'relu' },
    loss: 'meanSquaredError',
    batchSize: 2,
    optimizer: 'sgd',
  };
  const hidden = {
    preActivations: Float32Array.of(-1, 1, 3, 1),
    activations: Float32Array.of(0, 1, 3, 1),
    preActivationGradients: Float32Array.of(0, 2, 0, 2),
    kernelGradients: Float32Array.of(1, 2, 2, 4),
  };
  const output = {
    preActivations: Float32Array.of(-1, -3),
    activations: Float32Array.of(-1, -3),
    preActivationGradients: Float32Array.of(1, 1),
    kernelGradients: Float32Array.of(3, 4),
  };
  const parameters = Float32Array.of(1, 1, 2, 2, 9, 9, 5, 5, 9);

  it('measure each layer, the linear output layer among them', () => {
    expect(layerRecords(7, shape, parameters, [hidden, output])).toEqual([
      {
        epoch: 7,
        layer: 1,
        activationMean: 1.25,
        activationVariance: 1.1875,
        preActivationVariance: 2,
        saturatedShare: 0.25,
        gradientNorm: 5,
        backpropagatedVariance: 1,
        unitCosine: expect.closeTo(1, 12) as number,
      },
      {
        epoch: 7,
        layer: 2,
        activationMean: -2,
        activationVariance: 1,
        preActivationVariance: 1,
        saturatedShare: 0,
        gradientNorm: 5,
        backpropagatedVariance: 0,
        unitCosine: null,
      },
    ]);
  });

  it('hold null for what is not finite', () => {
    const broken = {
      ...hidden,
      activations: Float32Array.of(NaN, 1, 1, 1),
      kernelGradients: Float32Array.of(Infinity),
    };
    const [record] = layerRecords(1, shape, parameters, [broken, output]);
    expect(record).toMatchObject({ activationMean: null, activationVariance: null, gradientNorm: null });
    expect(record!.backpropagatedVariance).toBe(1);
  });
});
