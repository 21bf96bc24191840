import { describe, expect, it } from 'vitest';
import type { Activation } from '../../../core/activations/activation.ts';
import { activationFunctions } from '../../../core/activations/activation-functions.ts';
import { initializeLayer } from '../../../core/initializers/initialize-layer.ts';
import type { Initializer } from '../../../core/initializers/initializer.ts';
import { randomStream, type RandomStream } from '../../../core/random/random-stream.ts';
import { predictLayers } from '../../../core/theory/predict-layers.ts';

const he: Initializer = { name: 'heNormal', mode: 'fanIn', slope: 'activation' };
const glorot: Initializer = { name: 'glorotNormal', gain: 1 };

/** Half a unit of the last digit printed, and 2 % for what its integration lost at relu's kink (0.13 % a layer). */
describe('a network of 30 equal layers and unit inputs', () => {
  it.each([
    ['relu', glorot, 6.7e-4, 6.4e-10, 3.0e-5],
    ['relu', he, 0.68, 0.68, 0.98],
    ['tanh', glorot, 0.052, 0.017, 0.155],
    ['tanh', he, 0.31, 0.31, 2.95],
    ['sigmoid', glorot, 0.015, 0.015, 1e-19],
  ] as const)(
    'of %s with %j has the published variances and gradient ratio',
    (name, initializer, at10, at30, ratio) => {
      const layers = predictLayers({ initializer, activation: { name }, layerSizes: Array<number>(32).fill(128) })!;
      const agrees = (value: number, printed: number) => {
        const digit =
          10 **
          (Math.floor(Math.log10(printed)) -
            (Number(printed.toExponential().split('e')[0]).toString().replace('.', '').length - 1));
        expect(Math.abs(value - printed)).toBeLessThan(digit / 2 + 0.02 * printed);
      };
      agrees(layers[9]!.activationVariance, at10);
      agrees(layers[29]!.activationVariance, at30);
      agrees(layers[0]!.backpropagatedRatio, ratio);
    },
  );

  it('of relu has the closed forms exactly', () => {
    const network = { activation: { name: 'relu' }, layerSizes: Array<number>(32).fill(128) } as const;
    const share = 0.5 - 1 / (2 * Math.PI);
    const falling = predictLayers({ ...network, initializer: glorot })!;
    expect(falling[29]!.activationVariance / (share * 2 ** -29)).toBeCloseTo(1, 10);
    expect(falling[0]!.backpropagatedRatio / 2 ** -15).toBeCloseTo(1, 10);
    const kept = predictLayers({ ...network, initializer: he })!;
    expect(kept[29]!.activationVariance).toBeCloseTo(2 * share, 10);
    expect(kept[0]!.backpropagatedRatio).toBeCloseTo(1, 10);
  });
});

/** Units per layer of the sampled networks: unequal, so that fanIn, fanOut, input and output layer all show. */
const layerSizes = [60, 160, 80, 200, 160, 10];
const networks = 80;

interface Sampled {
  /** [layer][network]: mean squared pre-activation, and mean squared gradient by it for a random unit gradient at the output. */
  readonly forward: number[][];
  readonly backward: number[][];
}

function sample(initializer: Initializer, activation: Activation): Sampled {
  const depth = layerSizes.length - 1;
  const forward = Array.from({ length: depth }, (): number[] => []);
  const backward = Array.from({ length: depth }, (): number[] => []);
  const f = activationFunctions(activation);
  for (let network = 0; network < networks; network++) {
    const stream = randomStream(7, 'theory', network);
    let h = sphere(layerSizes[0]!, stream);
    const kernels: Float32Array[] = [];
    const pre: Float64Array[] = [];
    for (let l = 0; l < depth; l++) {
      const [fanIn, fanOut] = [layerSizes[l]!, layerSizes[l + 1]!];
      const { kernel, bias } = initializeLayer(initializer, { fanIn, fanOut, activation }, stream);
      const z = Float64Array.from(bias);
      for (let i = 0; i < fanIn; i++) for (let j = 0; j < fanOut; j++) z[j]! += h[i]! * kernel[i * fanOut + j]!;
      kernels.push(kernel);
      pre.push(z);
      forward[l]!.push(meanSquare(z));
      h = z.map(f.value);
    }
    let delta = sphere(layerSizes[depth]!, stream);
    for (let l = depth - 1; l >= 0; l--) {
      backward[l]!.push(meanSquare(delta));
      if (l === 0) break;
      const fanOut = layerSizes[l + 1]!;
      const kernel = kernels[l]!;
      delta = pre[l - 1]!.map((z, i) => {
        let sum = 0;
        for (let j = 0; j < fanOut; j++) sum += delta[j]! * kernel[i * fanOut + j]!;
        return sum * f.derivative(z);
      });
    }
  }
  return { forward, backward };
}

/** A random vector with a mean square of exactly 1. */
function sphere(length: number, stream: RandomStream): Float64Array {
  const x = Float64Array.from({ length }, () => stream.normal());
  const norm = Math.sqrt(meanSquare(x));
  return x.map((value) => value / norm);
}

function meanSquare(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x * x, 0) / values.length;
}

function moments(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1)) };
}

describe('networks sampled from the initializers', () => {
  const cases: readonly [Initializer, Activation][] = [
    [he, { name: 'relu' }],
    [glorot, { name: 'relu' }],
    [
      { name: 'heUniform', mode: 'fanOut', slope: 'activation' },
      { name: 'leakyRelu', slope: 0.3 },
    ],
    [{ name: 'glorotUniform', gain: 'conventional' }, { name: 'tanh' }],
    [{ name: 'lecunTruncatedNormal', gain: 1 }, { name: 'selu' }],
    [{ name: 'critical', sigmaB: 0.3 }, { name: 'tanh' }],
    [{ name: 'orthogonal', gain: 1 }, { name: 'tanh' }],
    [{ name: 'sparse', k: 15, sd: 0.4 }, { name: 'tanh' }],
    [{ name: 'commonHeuristic' }, { name: 'sigmoid' }],
    [he, { name: 'gelu' }],
    [{ name: 'normal', sd: 0.1 }, { name: 'linear' }],
  ];

  it.each(cases)('%j with %j have the predicted variances and gradients', (initializer, activation) => {
    const predicted = predictLayers({ initializer, activation, layerSizes })!;
    const { forward, backward } = sample(initializer, activation);
    // Finite width: each layer may shift a moment by about 2 / width of it, through the scatter of the variance before it.
    let shift = 0;
    for (const [l, layer] of predicted.entries()) {
      const pre = moments(forward[l]!);
      expect(Math.abs(pre.mean - layer.preActivationVariance)).toBeLessThan(
        (5 * pre.sd) / Math.sqrt(networks) + shift * layer.preActivationVariance,
      );
      shift += 2 / layerSizes[l + 1]!;
    }
    for (const [l, layer] of predicted.entries()) {
      const gradient = moments(backward[l]!);
      expect(Math.abs(gradient.mean - layer.backpropagatedRatio ** 2)).toBeLessThan(
        (5 * gradient.sd) / Math.sqrt(networks) + shift * layer.backpropagatedRatio ** 2,
      );
    }
  });
});

describe('the finite-width correction of relu', () => {
  it('gives the scatter and the median of narrow deep networks', () => {
    const width = 40;
    const depth = 10;
    const rounds = 1000;
    const relu: Activation = { name: 'relu' };
    const lengths: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const stream = randomStream(3, 'narrow', round);
      let h = sphere(width, stream);
      for (let l = 0; l < depth; l++) {
        const { kernel } = initializeLayer(he, { fanIn: width, fanOut: width, activation: relu }, stream);
        const z = new Float64Array(width);
        for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) z[j]! += h[i]! * kernel[i * width + j]!;
        h = z.map((x) => Math.max(x, 0));
      }
      lengths.push(meanSquare(h));
    }
    const sizes = Array<number>(depth + 2).fill(width);
    const last = predictLayers({ initializer: he, activation: relu, layerSizes: sizes })![depth - 1]!;
    const { relativeSd, medianFactor, beta } = last.fluctuation!;
    expect(beta).toBeCloseTo(0.25, 12);
    expect(relativeSd ** 2).toBeCloseTo(1.125 ** 10 - 1, 10);
    const { mean, sd } = moments(lengths);
    expect(Math.abs(mean - 1)).toBeLessThan((5 * relativeSd) / Math.sqrt(rounds));
    // The sd of so heavy a tail is itself known to a few tenths only from 1,000 draws.
    expect(sd / mean).toBeGreaterThan(0.6 * relativeSd);
    expect(sd / mean).toBeLessThan(1.6 * relativeSd);
    const logs = moments(lengths.map(Math.log));
    // The log-normal limit leaves out terms of a layer's third cumulant, about 10 / width^2 a layer.
    const leftOut = (10 * depth) / width ** 2;
    expect(Math.abs(logs.mean - Math.log(medianFactor))).toBeLessThan((5 * logs.sd) / Math.sqrt(rounds) + leftOut);
  });

  it('is not told for activations that are not homogeneous', () => {
    const [layer] = predictLayers({ initializer: he, activation: { name: 'tanh' }, layerSizes: [8, 8, 8] })!;
    expect(layer!.fluctuation).toBeNull();
  });
});

describe('initializers outside of the theory', () => {
  it('are told apart: constant and identity draw no independent weights of mean 0', () => {
    const network = { activation: { name: 'tanh' }, layerSizes: [8, 8, 8] } as const;
    expect(predictLayers({ ...network, initializer: { name: 'constant', value: 0.1 } })).toBeNull();
    expect(predictLayers({ ...network, initializer: { name: 'identity', gain: 1 } })).toBeNull();
    expect(predictLayers({ ...network, initializer: { name: 'zeros' } })!.at(-1)!.preActivationVariance).toBe(0);
  });

  it('lsuv reaches variance 1 in every layer', () => {
    const lsuv: Initializer = { name: 'lsuv', tolerance: 0.1, maxIterations: 10 };
    const layers = predictLayers({ initializer: lsuv, activation: { name: 'tanh' }, layerSizes: [20, 30, 40, 5] })!;
    for (const layer of layers) expect(layer.preActivationVariance).toBeCloseTo(1, 12);
  });
});
