import type { ClaimLayer, ClaimTrial } from '../../../core/claims/claim.ts';

let made = 0;

/** A trial that converged, with what a test says of it. */
export function claimTrial(told: Partial<ClaimTrial> & Pick<ClaimTrial, 'initializer' | 'seed'>): ClaimTrial {
  made += 1;
  return {
    activation: 'relu',
    depth: 4,
    width: 64,
    learningRate: 0.1,
    optimizer: 'sgd',
    batchSize: 32,
    dataset: 'digits',
    state: told.epochsToTarget === null ? 'notConverged' : 'converged',
    epochsToTarget: 5,
    epochsRun: 20,
    testLoss: null,
    testAccuracy: 0.9,
    trialId: `trial ${made}`,
    epochBudget: 20,
    ...told,
  };
}

/** A probed layer of a trial. */
export function claimLayer(trial: ClaimTrial, told: Partial<ClaimLayer>): ClaimLayer {
  return {
    trialId: trial.trialId,
    epoch: 0,
    layer: 1,
    activationVariance: 0.5,
    preActivationVariance: 2,
    gradientNorm: 1,
    unitCosine: 0.1,
    ...told,
  };
}

export const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
