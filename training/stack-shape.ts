import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { StackShape } from './backend.ts';
import type { Dataset } from './datasets/dataset.ts';

/** What a trial's stack has in common. */
export function shapeOf(config: TrialConfig, dataset: Dataset): StackShape {
  const hidden = Array.from({ length: config.depth }, () => config.width);
  return {
    layerSizes: [dataset.inputs, ...hidden, dataset.outputs],
    network: config.network,
    normalization: config.normalization,
    image: config.network.name === 'convolution' ? dataset.image : null,
    activation: config.activation,
    loss: config.loss,
    batchSize: config.batchSize,
    optimizer: config.optimizer.name,
  };
}
