import { describe, expect, it } from 'vitest';
import type { Activation } from '../../core/activations/activation.ts';
import type { Initializer } from '../../core/initializers/initializer.ts';
import type { NetworkBuild } from '../../core/networks/network.ts';
import { predictLayers } from '../../core/theory/predict-layers.ts';
import { createCpuBackend } from '../../training/backends/cpu/cpu-backend.ts';
import type { Dataset } from '../../training/datasets/dataset.ts';
import { placeInitialState } from '../../training/initial-state.ts';
import { shapeOf } from '../../training/stack-shape.ts';
import { randomDataset } from '../contracts/backend/random-dataset.ts';
import { regression, trialConfig } from './trial-configs.ts';

const [depth, width, inputs] = [6, 96, 32];
const seeds = Array.from({ length: 16 }, (_, i) => i);
const examples = { train: 32, validation: 1, test: 1 };
const rows = Uint32Array.from({ length: examples.train }, (_, row) => row);

const none = { name: 'none' } as const;
const layer = { name: 'layer' } as const;
const mlp = { name: 'mlp' } as const;
const blocksOf = (blockLayers: number) => ({ name: 'residual', blockLayers }) as const;
const he: Initializer = { name: 'heNormal', mode: 'fanIn', slope: 'activation' };
const glorot: Initializer = { name: 'glorotNormal', gain: 1 };

const cases: readonly (NetworkBuild & { initializer: Initializer; activation: Activation; title: string })[] = [
  { network: blocksOf(1), normalization: none },
  { network: blocksOf(2), normalization: none },
  { network: blocksOf(3), normalization: none },
  { network: mlp, normalization: layer },
  { network: blocksOf(2), normalization: layer },
].flatMap((build) => [
  { ...build, initializer: he, activation: { name: 'relu' } as const },
  { ...build, initializer: glorot, activation: { name: 'tanh' } as const },
]).map((each) => ({ ...each, title: JSON.stringify(each) })); // prettier-ignore

/** Targets so far away that the gradient by the outputs is all theirs: theory takes it to be independent of the network. */
function farTargets(): Dataset {
  const dataset = randomDataset({ task: 'regression', inputs, outputs: 8, examples });
  const { train } = dataset.splits;
  const splits = { ...dataset.splits, train: { ...train, targets: train.targets.map((y) => 1000 * y) } };
  return { ...dataset, splits };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const secondMoment = (values: Float32Array): number => values.reduce((sum, x) => sum + x * x, 0) / values.length;

describe('theory of residual and normalized networks', () => {
  it.each(cases)(
    'predicts what sampled networks do: $title',
    async ({ network, normalization, initializer, activation }) => {
      const dataset = farTargets();
      const build = { network, normalization, initializer, activation };
      const found = await Promise.all(
        seeds.map(async (seed) => {
          const config = trialConfig({ ...regression, ...build, depth, width, seed });
          const stack = await createCpuBackend().createStack(shapeOf(config, dataset), dataset, 1);
          await placeInitialState(stack, 0, config, examples.train);
          const signals = await stack.signals(0, rows);
          stack.dispose();
          const output = secondMoment(signals.at(-1)!.preActivationGradients);
          return signals.map(({ preActivations, preActivationGradients }) => ({
            forward: secondMoment(preActivations),
            backward: secondMoment(preActivationGradients) / output,
          }));
        }),
      );
      const inputMoment = secondMoment(dataset.splits.train.inputs);
      const layerSizes = [inputs, ...Array<number>(depth).fill(width), 8];
      const predicted = predictLayers({ ...build, layerSizes, inputMoment })!;
      predicted.forEach(({ preActivationVariance, backpropagatedRatio }, index) => {
        for (const [measure, expected] of [
          ['forward', preActivationVariance],
          ['backward', backpropagatedRatio ** 2],
        ] as const) {
          const ratios = found.map((layers) => layers[index]![measure] / expected);
          const mean = meanOf(ratios);
          const standardError = Math.sqrt(meanOf(ratios.map((x) => (x - mean) ** 2)) / (seeds.length - 1));
          // The theory is of infinite width: it is off by terms of order depth / width, 6 %, beside the error of 16 networks.
          expect(Math.abs(mean - 1), `${measure} of layer ${index + 1}: ${mean}`).toBeLessThan(
            4 * standardError + (2 * depth) / width,
          );
        }
      });
    },
  );
});
