import { describe, expect, it } from 'vitest';
import type { Activation } from '../../../core/activations/activation.ts';
import { conventionalGain, secondMomentGain } from '../../../core/activations/gains.ts';

describe('gains', () => {
  it.each<[Activation, number]>([
    [{ name: 'linear' }, 1],
    [{ name: 'sigmoid' }, 1],
    [{ name: 'tanh' }, 5 / 3],
    [{ name: 'relu' }, Math.sqrt(2)],
    [{ name: 'leakyRelu', slope: 0.2 }, Math.sqrt(2 / 1.04)],
    [{ name: 'selu' }, 0.75],
    [{ name: 'gelu' }, 1],
  ])('%j has the conventional gain %f', (activation, expected) => {
    expect(conventionalGain(activation)).toBeCloseTo(expected, 15);
  });

  it.each<Activation>([{ name: 'relu' }, { name: 'leakyRelu', slope: 0.2 }, { name: 'linear' }])(
    'the second-moment gain of %j is the conventional one',
    (activation) => {
      expect(secondMomentGain(activation)).toBeCloseTo(conventionalGain(activation), 13);
    },
  );

  // 1 / sqrt(E[f(z)^2]) by mpmath.
  it.each<[Activation, number]>([
    [{ name: 'elu', alpha: 1 }, 1.2451983007007066],
    [{ name: 'selu' }, 1],
    [{ name: 'gelu' }, 1.5335304411955353],
    [{ name: 'swish' }, 1.676532470331091],
    [{ name: 'softplus' }, 1.0418668355353018],
    [{ name: 'softsign' }, 2.3375333631085398],
    [{ name: 'tanh' }, 1.5925374197228315],
    [{ name: 'hardTanh' }, 1.3920361404483097],
    [{ name: 'sigmoid' }, 1.8462285453386054],
  ])('the second-moment gain of %j is %f', (activation, expected) => {
    expect(secondMomentGain(activation)).toBeCloseTo(expected, 13);
  });

  it('the second-moment gains of tanh and selu are not the conventional ones', () => {
    expect(secondMomentGain({ name: 'tanh' })).toBeCloseTo(1.593, 3);
    expect(conventionalGain({ name: 'tanh' })).toBeCloseTo(1.667, 3);
    expect(secondMomentGain({ name: 'selu' })).toBeCloseTo(1, 12);
    expect(conventionalGain({ name: 'selu' })).toBe(0.75);
  });
});
