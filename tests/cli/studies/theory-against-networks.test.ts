import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { families } from '../../../cli/studies/families.ts';
import { outputs, sampleNetworks, type NetworkFamily } from '../../../cli/studies/sample-networks.ts';
import { compareWithTheory } from '../../../cli/studies/theory-against-networks.ts';
import { predictLayers } from '../../../core/theory/predict-layers.ts';
import type { LayerRecord } from '../../../core/trial/trial-record.ts';
import type { Backend } from '../../../training/backend.ts';
import { createWasmBackend } from '../../../training/backends/wasm/wasm-backend.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createWasmBackend();
});
afterAll(() => backend.dispose());

const seeds = Array.from({ length: 16 }, (_, i) => i + 1);

/** Mean over networks of a measure over the predicted one, and the standard error of that. */
function overPrediction(networks: readonly LayerRecord[][], predicted: number, of: (layers: LayerRecord[]) => number) {
  const ratios = networks.map((layers) => of(layers) / predicted);
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  const variance = ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (ratios.length - 1);
  return { mean, standardError: Math.sqrt(variance / ratios.length) };
}

const predictionOf = ({ initializer, activation, depth, width }: NetworkFamily) =>
  predictLayers({ initializer, activation, layerSizes: [width, ...Array<number>(depth).fill(width), outputs] })!;

/** What sampling leaves open, 4 standard errors, and what infinite width leaves out: terms of order depth / width. */
const tolerance = (standardError: number, { depth, width }: NetworkFamily, weight = 1) =>
  4 * standardError + (weight * depth) / width;

describe('sampled networks agree with mean-field theory', () => {
  const shallow = families.map(({ title, ...family }) => [title, { ...family, depth: 10 }] as const);

  it.each(shallow)('%s: activation variance and gradient of every layer, width 256', async (_, family) => {
    const networks = await sampleNetworks(backend, family, seeds, 64);
    for (const { layer, activationVariance, backpropagatedRatio } of predictionOf(family).slice(0, family.depth)) {
      const forward = overPrediction(networks, activationVariance, (layers) => layers[layer - 1]!.activationVariance!);
      const backward = overPrediction(networks, backpropagatedRatio, (layers) =>
        Math.sqrt(layers[layer - 1]!.backpropagatedVariance! / layers[family.depth]!.backpropagatedVariance!),
      );
      expect(Math.abs(forward.mean - 1)).toBeLessThan(tolerance(forward.standardError, family));
      // The loss's gradient holds the network's own output, which lies along what the weights amplify most.
      expect(Math.abs(backward.mean - 1)).toBeLessThan(tolerance(backward.standardError, family, 5));
    }
  });

  it('is nearer at width 1024', async () => {
    const { title: _, ...family } = families[2]!;
    const wide = { ...family, depth: 4, width: 1024 };
    const networks = await sampleNetworks(backend, wide, [1, 2, 3], 64);
    for (const { layer, activationVariance } of predictionOf(wide).slice(0, wide.depth)) {
      const { mean } = overPrediction(networks, activationVariance, (layers) => layers[layer - 1]!.activationVariance!);
      // One layer's variance over 64 x 1024 units of 64 inputs is within about 1 %; three networks, four layers.
      expect(Math.abs(mean - 1)).toBeLessThan(0.02);
    }
  });
});

describe("relu's scatter at finite width", () => {
  it('has the middle half of the networks within the predicted quartiles', async () => {
    const { title: _, ...family } = families[0]!;
    const narrow = { ...family, depth: 8, width: 64 };
    // Of one input each: the mean over many that are not alike scatters less.
    const many = Array.from({ length: 400 }, (_, i) => i + 1);
    const networks = await sampleNetworks(backend, narrow, many, 1);
    const { band, median } = compareWithTheory(narrow, networks).at(-1)!.activationVariance;
    const within = networks.filter((layers) => {
      const variance = layers[narrow.depth - 1]!.activationVariance!;
      return variance > band!.low && variance < band!.high;
    }).length;
    // 400 coins: 4 standard deviations are 0.1; the variance of units differs from their mean square, and the logarithm is normal only nearly.
    expect(Math.abs(within / networks.length - 0.5)).toBeLessThan(0.1);
    expect(median / band!.median).toBeGreaterThan(0.85);
    expect(median / band!.median).toBeLessThan(1.15);
  });
});
