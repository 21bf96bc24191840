import { judgeSweep } from '../../core/judgement/judge-sweep.ts';
import { createPlan } from '../../core/sweep/plan.ts';
import type { SweepSpec } from '../../core/sweep/sweep-spec.ts';
import type { EpochRecord, LayerRecord, TrialResult } from '../../core/trial/trial-record.ts';
import type { ClaimAnswer, NewSweep, SweepStore, TrialClaim } from '../../storage/sweep-store.ts';
import { claimTrial, seeds } from '../core/claims/claim-trials.ts';

/** Two initializers, two depths, five seeds: twenty trials in four cells. */
export const spec: SweepSpec = {
  name: 'sample',
  description: '',
  axes: {
    initializer: [
      { name: 'heNormal', mode: 'fanIn', slope: 'activation' },
      { name: 'normal', sd: 0.01 },
    ],
    activation: [{ name: 'relu' }],
    network: [{ name: 'mlp' }],
    normalization: [{ name: 'none' }],
    depth: [2, 8],
    width: [16],
    learningRate: [0.1],
    optimizer: [{ name: 'sgd' }],
    batchSize: [32],
    dataset: [{ name: 'digits', split: 0 }],
    seed: [0, 1, 2, 3, 4],
  },
  exclude: [],
  training: {
    epochs: 30,
    loss: 'crossEntropy',
    target: { metric: 'validationAccuracy', threshold: 0.9 },
    stopAtTarget: true,
  },
  probes: { epochs: [0, 'last'], examples: 64 },
  run: { concurrency: 4, reuse: true, failureTolerance: 0.1, attempts: 3 },
};

export function sweep(id: string): NewSweep {
  return { id, workflowId: `workflow of ${id}`, spec, trialCount: 20 };
}

export function claim(sweepId: string, number: number, key: string, changes: Partial<TrialClaim> = {}): TrialClaim {
  return {
    sweepId,
    number,
    key,
    config: createPlan(spec).decode(number).config,
    reuse: true,
    leaseMs: 60_000,
    provenance: {
      worker: 'worker-1',
      attempt: 1,
      backend: 'cpu',
      arithmetic: 'float32',
      versions: { initsweep: '0.1.0' },
      workflowRunId: 'run-1',
    },
    ...changes,
  };
}

type Claimed = Extract<ClaimAnswer, { kind: 'claimed' }>;

/** Claims a trial that nobody else holds. */
export async function claimedIn(store: SweepStore, ...call: Parameters<typeof claim>): Promise<Claimed> {
  const answer = await store.claimTrial(claim(...call));
  if (answer.kind !== 'claimed') throw new Error(`expected a claim, got ${answer.kind}`);
  return answer;
}

export function result(changes: Partial<TrialResult> = {}): TrialResult {
  return {
    state: 'converged',
    reason: 'Validation accuracy reached 0.9 in epoch 4.',
    epochsToTarget: 4,
    stepsToTarget: 160,
    epochsRun: 4,
    stepsRun: 160,
    testLoss: 0.25,
    testAccuracy: 0.875,
    bestValidationLoss: 0.3,
    bestValidationAccuracy: 0.9,
    parameterCount: 1_234,
    weightsHash: 'ab'.repeat(32),
    datasetHash: 'cd'.repeat(32),
    durationMs: 12.5,
    ...changes,
  };
}

export function epoch(number: number, changes: Partial<EpochRecord> = {}): EpochRecord {
  return {
    epoch: number,
    step: number * 40,
    trainLoss: 1 / (number + 1),
    trainAccuracy: null,
    validationLoss: 0.5,
    validationAccuracy: 0.75,
    ...changes,
  };
}

export function layer(epochNumber: number, number: number, changes: Partial<LayerRecord> = {}): LayerRecord {
  return {
    epoch: epochNumber,
    layer: number,
    activationMean: 0.5,
    activationVariance: 0.25,
    preActivationVariance: 1,
    saturatedShare: 0,
    gradientNorm: 1e-30,
    backpropagatedVariance: null,
    unitCosine: 0.1,
    ...changes,
  };
}

/** Of two networks, with findings that have intervals and some that have none. */
export const judgement = judgeSweep({
  trials: ['relu', 'tanh'].flatMap((activation) =>
    ['heNormal', 'glorotNormal'].flatMap((initializer, i) =>
      seeds(4).map((seed) =>
        claimTrial({ initializer, activation, seed, epochsToTarget: activation === 'tanh' ? null : 3 + 4 * i + seed }),
      ),
    ),
  ),
  target: {},
});
