import { meanEstimate } from '../statistics/student-t.ts';
import { predictLayers, type LayerPrediction } from '../theory/predict-layers.ts';
import type { ClaimLayer } from './claim.ts';
import type { Cell, Regime } from './regimes.ts';

/** Single precision ends there: what was measured beyond counts as that. */
const SMALLEST = 1.4e-45;
const LARGEST = 3.4e38;

export interface LogRatio {
  readonly seed: number;
  readonly log: number;
}

/**
 * Of each trial of a cell that was probed there, log of a measure in the one hidden layer over that in another.
 *
 * @param epoch 0 is before the first step, `last` the last epoch after training that was probed
 */
export function logRatios(
  { layersOf }: Regime,
  { trials }: Cell,
  measure: 'activationVariance' | 'gradientNorm',
  epoch: 0 | 'last',
  [over, under]: readonly [number, number],
): LogRatio[] {
  return trials.flatMap((trial) => {
    const layers = layersOf(trial);
    const at = epoch === 0 ? 0 : Math.max(...layers.map((layer) => layer.epoch));
    if (epoch === 'last' && !(at > 0)) return [];
    const found = (layer: number) => layers.find((each) => each.epoch === at && each.layer === layer);
    const [top, bottom] = [found(over), found(under)];
    if (top === undefined || bottom === undefined) return [];
    // After training, a value that is no number is divergence, which the state of the trial tells.
    if (epoch === 'last' && (top[measure] === null || bottom[measure] === null)) return [];
    return [{ seed: trial.seed, log: Math.log(measured(top, measure) / measured(bottom, measure)) }];
  });
}

function measured(layer: ClaimLayer, measure: 'activationVariance' | 'gradientNorm'): number {
  return Math.min(LARGEST, Math.max(SMALLEST, layer[measure] ?? LARGEST));
}

/** Theory for a cell from the pre-activations' variance that its first layer was measured to have (1 where it was not); null where it is silent. */
export function predictedLayers({ activation, depth, width, layersOf }: Regime, cell: Cell): LayerPrediction[] | null {
  const first = cell.trials.flatMap((trial) =>
    layersOf(trial).flatMap(({ epoch, layer, preActivationVariance }) =>
      epoch === 0 && layer === 1 && preActivationVariance ? [Math.log(preActivationVariance)] : [],
    ),
  );
  const firstVariance = first.length === 0 ? 1 : Math.exp(meanEstimate(first).mean);
  const layerSizes = Array<number>(depth + 2).fill(width);
  return predictLayers({ initializer: cell.initializer, activation, layerSizes, firstVariance });
}
