import { confidence } from '../statistics/interval.ts';

/** Every threshold that a claim is decided by. */
export const claimThresholds = {
  /** Chance, per claim and sweep, that any of its findings is decided wrongly: Holm's correction runs over all of a claim's comparisons. */
  errorRate: 1 - confidence,
  /**
   * Seeds that every compared cell needs: with four against four, that all of one side come before all of the other happens
   * by chance in 2 of 70 orders (2.9 %), with three against three in 2 of 20.
   */
  fewestSeeds: 4,
  /** Mean pairwise cosine between the units of a layer above which they count as identical. */
  identicalCosine: 0.99,
  /** Factor per layer, up or down, within which a layer keeps the activations' variance. */
  keptVariancePerLayer: 1.1,
  /** Ratio of the first to the last hidden layer's gradient norm below which gradients vanish. */
  vanishingGradient: 0.01,
  /** The same ratio above which they explode. */
  explodingGradient: 100,
} as const;
