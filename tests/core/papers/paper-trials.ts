import type { PaperLayer, PaperTrial } from '../../../core/papers/paper.ts';

let made = 0;

/** A finished trial of a paper's sweep: converged after five epochs unless it is told otherwise. */
export function paperTrial(told: Partial<PaperTrial> & Pick<PaperTrial, 'initializer' | 'seed'>): PaperTrial {
  made += 1;
  return {
    trialId: `trial ${made}`,
    activation: 'tanh',
    network: 'mlp',
    normalization: 'none',
    depth: 5,
    width: 1000,
    learningRate: 0.01,
    optimizer: 'sgd',
    batchSize: 64,
    dataset: 'digits',
    state: told.epochsToTarget === null ? 'notConverged' : 'converged',
    epochsToTarget: 5,
    epochsRun: 60,
    testLoss: 0.3,
    testAccuracy: 0.9,
    bestValidationLoss: 0.3,
    bestValidationAccuracy: 0.9,
    ...told,
  };
}

/** A layer of a trial before training. */
export function paperLayer({ trialId }: PaperTrial, layer: number, told: Partial<PaperLayer>): PaperLayer {
  return {
    trialId,
    epoch: 0,
    layer,
    activationMean: 0,
    activationVariance: 0.1,
    preActivationVariance: 0.1,
    saturatedShare: 0,
    gradientNorm: 1,
    backpropagatedVariance: 1e-8,
    unitCosine: 0,
    ...told,
  };
}
