import type { ClaimTrial } from '../../../core/claims/claim.ts';
import type { LayerSummary } from '../../../core/claims/layer-summary.ts';
import type { LayerRecord } from '../../../core/trial/trial-record.ts';

export type ProbedLayer = Pick<
  LayerRecord,
  'epoch' | 'layer' | 'activationVariance' | 'preActivationVariance' | 'gradientNorm' | 'unitCosine'
>;

/** A trial that converged, with what a test says of it. */
export function claimTrial(told: Partial<ClaimTrial> & Pick<ClaimTrial, 'initializer' | 'seed'>): ClaimTrial {
  return {
    activation: 'relu',
    network: 'mlp',
    normalization: 'none',
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
    epochBudget: 20,
    layers: layerSummary(4, []),
    ...told,
  };
}

/** A probed layer of a trial. */
export function probedLayer(told: Partial<ProbedLayer>): ProbedLayer {
  return {
    epoch: 0,
    layer: 1,
    activationVariance: 0.5,
    preActivationVariance: 2,
    gradientNorm: 1,
    unitCosine: 0.1,
    ...told,
  };
}

/** What the store's query makes of a trial's layers, by other means. */
export function layerSummary(depth: number, rows: readonly ProbedLayer[]): LayerSummary {
  const hidden = rows.filter(({ layer }) => layer <= depth);
  const at = (epoch: number, layer: number) => hidden.find((row) => row.epoch === epoch && row.layer === layer);
  const gradients = (epoch: number) => {
    const norms = hidden.filter((row) => row.epoch === epoch).map(({ gradientNorm }) => gradientNorm);
    const finite = norms.filter((norm) => norm !== null);
    return {
      least: finite.length === 0 ? null : Math.min(...finite),
      greatest: finite.length === 0 ? null : Math.max(...finite),
      last: at(epoch, depth)?.gradientNorm ?? null,
      areFinite: finite.length === norms.length,
    };
  };
  const trained = hidden.filter(({ epoch }) => epoch > 0);
  const cosines = trained.flatMap(({ unitCosine }) => unitCosine ?? []);
  const first = at(0, 1);
  return {
    initial: first
      ? {
          preActivationVariance: first.preActivationVariance,
          activationVariance: { first: first.activationVariance, last: at(0, depth)?.activationVariance ?? null },
          gradients: gradients(0),
        }
      : null,
    finalGradients: trained.length === 0 ? null : gradients(Math.max(...trained.map(({ epoch }) => epoch))),
    cosines: cosines.length === 0 ? null : { least: Math.min(...cosines), greatest: Math.max(...cosines) },
  };
}

export const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
