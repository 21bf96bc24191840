import { plainBuild } from '../networks/network.ts';
import { datasetDefaults } from '../trial/datasets.ts';

/** What a sweep file says by leaving it out. The learning rate follows the optimizer, the loss follows the data. */
export const sweepDefaults = {
  ...plainBuild,
  width: 32,
  batchSize: 64,
  optimizer: { name: 'sgd' },
  dataset: { name: 'digits', ...datasetDefaults.digits },
  probes: { epochs: [0, 'last'], examples: 256 },
  adaptiveStep: 4,
  pruningReduction: 3,
  run: { concurrency: 64, reuse: true, failureTolerance: 0.05, attempts: 10 },
} as const;
