import type { LengthFluctuation } from '../../core/theory/finite-width.ts';
import { predictLayers } from '../../core/theory/predict-layers.ts';
import { quantile } from '../../core/statistics/quantile.ts';
import type { LayerRecord } from '../../core/trial/trial-record.ts';
import { outputs, type NetworkFamily } from './sample-networks.ts';

/** Measured over networks: the median, and the quartiles of the networks. */
export interface Spread {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** One hidden layer, theory beside measurement. */
export interface ComparedLayer {
  readonly layer: number;
  readonly activationVariance: Spread & { readonly predicted: number; readonly band: Spread | null };
  /** Root mean square of the back-propagated gradient over that of the output layer. */
  readonly gradientRatio: Spread & { readonly predicted: number };
}

/**
 * Holds sampled networks of one family against mean-field theory, layer by layer. Theory predicts the mean over networks;
 * where the scatter from one network to the next is known (relu; Hanin, Rolnick 2018; Hanin, Nica 2018) `band` has the median network and
 * the range of the middle half of them, from a normal distribution of the logarithm.
 */
export function compareWithTheory(
  { initializer, activation, depth, width }: NetworkFamily,
  networks: readonly (readonly LayerRecord[])[],
): ComparedLayer[] {
  const layerSizes = [width, ...Array<number>(depth).fill(width), outputs];
  const predicted = predictLayers({ initializer, activation, layerSizes })!;
  return predicted.slice(0, depth).map((theory, i) => {
    const variance = theory.activationVariance;
    return {
      layer: theory.layer,
      activationVariance: {
        ...spreadOf(networks.map((layers) => layers[i]!.activationVariance!)),
        predicted: variance,
        band: theory.fluctuation && bandOf(variance, theory.fluctuation),
      },
      gradientRatio: {
        ...spreadOf(
          networks.map((layers) =>
            Math.sqrt(layers[i]!.backpropagatedVariance! / layers[depth]!.backpropagatedVariance!),
          ),
        ),
        predicted: theory.backpropagatedRatio,
      },
    };
  });
}

function spreadOf(values: readonly number[]): Spread {
  return { low: quantile(values, 0.25), median: quantile(values, 0.5), high: quantile(values, 0.75) };
}

/** The upper quartile of a standard normal distribution. */
const upperQuartile = 0.6744897501960817;

function bandOf(mean: number, { relativeSd, medianFactor }: LengthFluctuation): Spread {
  const median = mean * medianFactor;
  const reach = Math.exp(upperQuartile * Math.sqrt(Math.log1p(relativeSd ** 2)));
  return { low: median / reach, median, high: median * reach };
}
