import { BugError } from '../errors.ts';
import type { Interval } from '../statistics/interval.ts';
import { meanEstimate } from '../statistics/student-t.ts';
import type { PaperInput, PaperTrial } from './paper.ts';

/** Factor by which a measure changes from one layer to the next, in the geometric mean over layers and seeds. */
export interface LayerFactor {
  readonly value: number;
  readonly interval: Interval;
}

export type LayerMeasure = 'activationVariance' | 'preActivationVariance' | 'backpropagatedVariance' | 'gradientNorm';

/**
 * The factor per layer on the way `from` one layer `to` another before the first step, by Student's t on the logarithms of
 * the trials' ratios. A gradient's way goes from a high layer to a low one.
 *
 * @throws BugError where no trial was probed at epoch 0
 */
export function factorPerLayer(
  input: PaperInput,
  trials: readonly PaperTrial[],
  measure: LayerMeasure,
  { from, to }: { readonly from: number; readonly to: number },
): LayerFactor {
  const starts = measuredAtStart(input, trials, from, measure);
  const ends = measuredAtStart(input, trials, to, measure);
  if (starts.length === 0 || starts.length !== ends.length) {
    throw new BugError('The paper needs layers that were probed before training.', { measure, from, to });
  }
  const logs = starts.map((start, i) => Math.log(ends[i]! / start) / Math.abs(to - from));
  const { mean, interval } = meanEstimate(logs);
  const exponential = (log: number | null) => (log === null ? null : Math.exp(log));
  return { value: Math.exp(mean), interval: { low: exponential(interval.low), high: exponential(interval.high) } };
}

/** A layer's measure before the first step, of every trial that was probed, in the order of the trials. */
export function measuredAtStart(
  { layers }: PaperInput,
  trials: readonly PaperTrial[],
  layer: number,
  measure: LayerMeasure,
): number[] {
  return trials.flatMap(({ trialId }) => {
    const row = layers.find((each) => each.trialId === trialId && each.epoch === 0 && each.layer === layer);
    return row?.[measure] ?? [];
  });
}
