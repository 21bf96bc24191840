import { describe, expect, it } from 'vitest';
import { weightDistribution } from '../../../core/initializers/weight-distribution.ts';
import { frameworkCode } from '../../../core/recommendation/framework-code.ts';
import { parseActivation, parseInitializer } from '../../../core/sweep/parse-choice.ts';

const code = (initializer: string, activation = 'relu') =>
  frameworkCode(parseInitializer(initializer), parseActivation(activation));

describe('the code for frameworks', () => {
  it.each([
    ['heNormal', 'relu', 2, 'fan_in', 'untruncated_normal', 'normal'],
    ['heUniform', 'leakyRelu(slope=0.2)', 1.923076923077, 'fan_in', 'uniform', 'uniform'],
    ['heTruncatedNormal(mode=fanOut)', 'relu', 2, 'fan_out', 'truncated_normal', 'truncated_normal'],
    ['glorotUniform', 'tanh', 1, 'fan_avg', 'uniform', 'uniform'],
    ['glorotNormal(gain=conventional)', 'tanh', 2.777777777778, 'fan_avg', 'untruncated_normal', 'normal'],
    ['lecunNormal', 'selu', 1, 'fan_in', 'untruncated_normal', 'normal'],
    ['commonHeuristic', 'tanh', 0.3333333333333, 'fan_in', 'uniform', 'uniform'],
  ])('scales %s with %s', (initializer, activation, scale, mode, keras, jax) => {
    expect(code(initializer, activation)).toMatchObject({
      keras: `keras.initializers.VarianceScaling(scale=${scale}, mode="${mode}", distribution="${keras}")`,
      jax: `jax.nn.initializers.variance_scaling(${scale}, "${mode}", "${jax}")`,
    });
  });

  it('writes PyTorch by its own fans', () => {
    expect(code('heNormal')!.pytorch).toBe('torch.nn.init.normal_(layer.weight, std=(2 / layer.in_features) ** 0.5)');
    expect(code('glorotUniform')!.pytorch).toBe(
      'b = (3 / ((layer.in_features + layer.out_features) / 2)) ** 0.5; torch.nn.init.uniform_(layer.weight, -b, b)',
    );
    expect(code('heTruncatedNormal')!.pytorch).toBe(
      's = (2 / layer.in_features) ** 0.5 / 0.8796256610342398; torch.nn.init.trunc_normal_(layer.weight, std=s, a=-2 * s, b=2 * s)',
    );
    expect(code('orthogonal(gain=conventional)', 'relu')!.pytorch).toBe(
      `torch.nn.init.orthogonal_(layer.weight, gain=${Math.SQRT2})`,
    );
  });

  it('gives biases where theory asks for them', () => {
    const { pytorch, keras, jax } = code('meanField(sigmaW=1.5, sigmaB=0.3)', 'tanh')!;
    expect(pytorch).toContain('(2.25 / layer.in_features) ** 0.5); torch.nn.init.normal_(layer.bias, std=0.3)');
    expect(keras).toContain('bias_initializer=keras.initializers.RandomNormal(stddev=0.3)');
    expect(jax).toContain('biases: jax.nn.initializers.normal(stddev=0.3)');
    expect(code('critical(sigmaB=0)', 'relu')).toEqual(code('meanField(sigmaW=1.4142135623730951, sigmaB=0)', 'relu'));
  });

  it('says nothing for what no framework has', () => {
    for (const name of ['identity', 'sparse', 'lsuv']) expect(code(name)).toBeNull();
  });

  it.each([
    'heNormal',
    'heUniform',
    'heTruncatedNormal',
    'glorotNormal(gain=secondMoment)',
    'glorotUniform',
    'glorotTruncatedNormal(gain=conventional)',
    'lecunNormal',
    'lecunUniform(gain=2)',
    'lecunTruncatedNormal',
    'commonHeuristic',
    'critical(sigmaB=0.2)',
    'meanField(sigmaW=1.3, sigmaB=0.1)',
  ])('of %s has the variance of our own rule', (label) => {
    const activation = parseActivation('tanh');
    const [, scale, mode] = /VarianceScaling\(scale=([\d.e-]+), mode="(\w+)"/.exec(code(label, 'tanh')!.keras)!;
    const [fanIn, fanOut] = [48, 80];
    const fan = { fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[mode!]!;
    const { variance } = weightDistribution(parseInitializer(label), { fanIn, fanOut, activation });
    expect(Number(scale) / fan).toBeCloseTo(variance, 12);
  });
});
