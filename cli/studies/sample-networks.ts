import type { Activation } from '../../core/activations/activation.ts';
import type { Initializer } from '../../core/initializers/initializer.ts';
import { plainSizes } from '../../core/networks/network-layers.ts';
import { plainBuild } from '../../core/networks/network.ts';
import { sweepDefaults } from '../../core/sweep/sweep-defaults.ts';
import { trainingShare } from '../../core/trial/datasets.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import type { LayerRecord } from '../../core/trial/trial-record.ts';
import type { Backend } from '../../training/backend.ts';
import { loadDataset } from '../../training/datasets/load-dataset.ts';
import { placeInitialState } from '../../training/initial-state.ts';
import { probeLayers } from '../../training/probes/probe-layers.ts';

/** Networks that differ in nothing but their seed: `width` Gaussian inputs, `depth` hidden layers of `width` units, `outputs` linear ones. */
export interface NetworkFamily {
  readonly initializer: Initializer;
  readonly activation: Activation;
  readonly depth: number;
  readonly width: number;
}

/** Outputs of a sampled network. */
export const outputs = 10;

/**
 * Draws a network for every seed, as a trial does before its first step, and measures its layers, as a trial's probe does: on
 * `examples` standard normal inputs, with the squared error from standard normal targets as the loss.
 *
 * @returns [seeds][layers], the output layer last
 */
export async function sampleNetworks(
  backend: Backend,
  { initializer, activation, depth, width }: NetworkFamily,
  seeds: readonly number[],
  examples: number,
): Promise<LayerRecord[][]> {
  const set = {
    name: 'gaussian',
    inputs: width,
    outputs,
    // As many as a set needs at least, where fewer are measured on.
    examples: Math.max(20, Math.ceil(examples / trainingShare)),
    seed: 0,
    split: 0,
  } as const;
  const dataset = await loadDataset(set, { datasetFolder: null });
  const shape = {
    ...plainSizes([width, ...Array<number>(depth).fill(width), outputs]),
    activation,
    loss: 'meanSquaredError',
    batchSize: sweepDefaults.batchSize,
    optimizer: 'sgd',
  } as const;
  const config: Omit<TrialConfig, 'seed'> = {
    initializer,
    activation,
    ...plainBuild,
    depth,
    width,
    learningRate: 0.1,
    optimizer: { name: 'sgd' },
    batchSize: sweepDefaults.batchSize,
    dataset: set,
    loss: 'meanSquaredError',
    epochs: 1,
    target: null,
    stopAtTarget: true,
    probes: { epochs: [0], examples },
  };
  const stack = await backend.createStack(shape, dataset, 1);
  try {
    const networks: LayerRecord[][] = [];
    for (const seed of seeds) {
      await placeInitialState(stack, 0, { ...config, seed }, dataset.splits.train.examples);
      networks.push(await probeLayers(stack, 0, 0, examples));
    }
    return networks;
  } finally {
    stack.dispose();
  }
}
