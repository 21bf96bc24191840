import { BugError } from '../errors.ts';
import { finiteOrNull } from '../finite-or-null.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { confidence, type Interval } from './interval.ts';
import { sortedQuantile } from './quantile.ts';

/** Resamplings per interval: the ends of a 95% interval then rest on 50 each. */
const resamplings = 2000;

/**
 * Percentile bootstrap interval of a statistic (Efron 1979), stratified (Agarwal et al. 2021): each stratum, such as the
 * seeds of one cell, is drawn from again with replacement at its own size, so that no resampling loses a cell. A statistic
 * may be infinite; an end that falls there is null.
 *
 * @param strata values per stratum, [strata][values], none empty (BugError)
 * @param statistic is given strata of the same sizes and must not keep them: they are filled anew each time
 */
export function bootstrapInterval<Value>(
  strata: readonly (readonly Value[])[],
  statistic: (strata: readonly (readonly Value[])[]) => number,
  stream: RandomStream,
): Interval {
  if (strata.length === 0 || strata.some((stratum) => stratum.length === 0)) {
    throw new BugError('A bootstrap needs at least one value in each stratum.', { sizes: strata.map((s) => s.length) });
  }
  const drawn = strata.map((stratum) => [...stratum]);
  const statistics: number[] = [];
  for (let i = 0; i < resamplings; i++) {
    strata.forEach((stratum, s) => {
      const target = drawn[s]!;
      for (let k = 0; k < target.length; k++) target[k] = stratum[stream.integer(stratum.length)]!;
    });
    statistics.push(statistic(drawn));
  }
  statistics.sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return {
    low: finiteOrNull(sortedQuantile(statistics, tail)),
    high: finiteOrNull(sortedQuantile(statistics, 1 - tail)),
  };
}
