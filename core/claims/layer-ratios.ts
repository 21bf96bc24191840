import { meanEstimate } from '../statistics/student-t.ts';
import { predictLayers, type LayerPrediction } from '../theory/predict-layers.ts';
import type { GradientNorms } from './layer-summary.ts';
import type { Cell, Regime } from './regimes.ts';

/** Single precision ends there: what was measured beyond counts as that. */
const SMALLEST = 1.4e-45;
const LARGEST = 3.4e38;

export interface LogRatio {
  readonly seed: number;
  readonly log: number;
}

/** Of each trial of a cell that was probed before its first step, log of the last hidden layer's activation variance over the first's. */
export function varianceLogs({ trials }: Cell): LogRatio[] {
  return trials.flatMap(({ seed, layers: { initial } }) => {
    if (initial === null) return [];
    const { first, last } = initial.activationVariance;
    return [{ seed, log: Math.log(measured(last) / measured(first)) }];
  });
}

/**
 * Of each trial of a cell that was probed there, log of a hidden layer's gradient norm over that of the last hidden layer: of the layer for which it
 * is furthest from 0, so that gradients that come to grief between the first layer and the last are seen as well.
 */
export function gradientLogs({ trials }: Cell, when: 'initial' | 'final'): LogRatio[] {
  return trials.flatMap(({ seed, layers: { initial, finalGradients } }) => {
    const norms = when === 'initial' ? initial?.gradients : finalGradients;
    if (!norms) return [];
    // After training, a value that is no number is divergence, which the state of the trial tells.
    if (when === 'final' && !norms.areFinite) return [];
    return [{ seed, log: gradientLog(norms) }];
  });
}

function gradientLog({ least, greatest, last, areFinite }: GradientNorms): number {
  if (!areFinite) return Math.log(LARGEST);
  return furthest([least, greatest].map((norm) => Math.log(measured(norm) / measured(last))));
}

/** What theory predicts for `gradientLogs` before the first step; null where it is silent. */
export function predictedGradientLog(regime: Regime, cell: Cell): number | null {
  const layers = predictedLayers(regime, cell)?.slice(0, regime.depth);
  if (layers === undefined) return null;
  const last = layers.at(-1)!.kernelGradientRatio;
  const log = furthest(layers.map(({ kernelGradientRatio }) => Math.log(kernelGradientRatio / last)));
  return Number.isFinite(log) ? log : null;
}

/** What theory predicts for `varianceLogs`; null where it is silent. */
export function predictedVarianceLog(regime: Regime, cell: Cell): number | null {
  const layers = predictedLayers(regime, cell);
  if (layers === null) return null;
  const log = Math.log(layers[regime.depth - 1]!.activationVariance / layers[0]!.activationVariance);
  return Number.isFinite(log) ? log : null;
}

function furthest(logs: readonly number[]): number {
  return logs.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
}

function measured(value: number | null): number {
  return Math.min(LARGEST, Math.max(SMALLEST, value ?? LARGEST));
}

/** Theory for a cell from the pre-activations' variance that its first layer was measured to have (1 where it was not); null where it is silent. */
function predictedLayers(
  { activation, network, normalization, depth, width }: Regime,
  cell: Cell,
): LayerPrediction[] | null {
  const first = cell.trials.flatMap(({ layers: { initial } }) =>
    initial?.preActivationVariance ? [Math.log(initial.preActivationVariance)] : [],
  );
  const firstVariance = first.length === 0 ? 1 : Math.exp(meanEstimate(first).mean);
  const layerSizes = Array<number>(depth + 2).fill(width);
  const { initializer } = cell;
  return predictLayers({ initializer, activation, network, normalization, layerSizes, firstVariance });
}
