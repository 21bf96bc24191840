import { plainBuild } from '../../../core/networks/network.ts';
import type { TrialConfig } from '../../../core/trial/trial-config.ts';

export const config: TrialConfig = {
  initializer: { name: 'heNormal', mode: 'fanIn', slope: 'activation' },
  activation: { name: 'relu' },
  ...plainBuild,
  depth: 8,
  width: 32,
  seed: 3,
  learningRate: 0.1,
  optimizer: { name: 'sgd' },
  batchSize: 64,
  dataset: { name: 'digits', split: 0 },
  loss: 'crossEntropy',
  epochs: 20,
  target: { metric: 'validationAccuracy', threshold: 0.9 },
  stopAtTarget: false,
  probes: { epochs: [0, 'last'], examples: 256 },
};
