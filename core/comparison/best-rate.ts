import { bestRate, type CellLabels } from '../trial/labels.ts';
import type { ComparedTraining, ComparedTrial } from './comparison.ts';
import { groupedBy } from './grouped-by.ts';
import { hasResult, scoreTrials, testMetricOf } from './score-trials.ts';

/** What a learning rate is chosen by, beside the epochs until the target: nothing of it was measured on test data. */
export interface RatedTrial extends ComparedTrial {
  readonly learningRate: number;
  readonly bestValidationLoss: number | null;
  readonly bestValidationAccuracy: number | null;
}

export type AtBestRate<Trial> = Omit<Trial, 'learningRate'> & { readonly learningRate: typeof bestRate };

/** The rates of one cell (a combination of all axes but seed and learning rate), and which one each of its seeds is reported at. */
export interface RateChoice {
  readonly cell: Omit<CellLabels, 'learningRate'>;
  /** Ascending. */
  readonly rates: readonly number[];
  /** Every half of the seeds with the rate that the other half chose; one part, of all seeds, where there is but one rate. */
  readonly parts: readonly { readonly seeds: readonly number[]; readonly learningRate: number }[];
}

export interface BestRates<Trial> {
  /** At most one trial for each cell and seed, at the rate that this seed had no say in. */
  readonly trials: readonly AtBestRate<Trial>[];
  readonly choices: readonly RateChoice[];
}

/**
 * Gives every cell its best learning rate without flattering it.
 *
 * The rate that came out best is in part the one whose noise was kindest. So the seeds of a cell, in order, are dealt to two
 * halves; each half chooses the rate that the *other* half is reported at (cross-fitting). What is reported of a seed then
 * never took part in choosing its rate, no seed is lost, and a cell with more rates to choose from gains nothing by that alone. The halves may
 * choose differently: what is reported is what this way of choosing gives.
 *
 * A half chooses the rate whose trials have the best mean place among all of its trials: soonest at the target where there
 * is one, then the best validation metric; between equals the smallest rate. The choice works on copies in which validation results stand
 * where test results were, so that it cannot see them. A cell with a single seed and several rates has no second half: it is left out.
 *
 * @param trials finished trials in any order
 */
export function atBestRates<Trial extends RatedTrial>(
  trials: readonly Trial[],
  training: ComparedTraining,
): BestRates<Trial> {
  const cells = [...groupedBy(trials, (trial) => JSON.stringify(Object.values(cellWithoutRate(trial))))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => ({ members, choice: choose(members, training) }));
  return {
    trials: cells.flatMap(({ members, choice }) =>
      choice.parts.flatMap(({ seeds, learningRate }) =>
        members
          .filter((trial) => trial.learningRate === learningRate && seeds.includes(trial.seed))
          .map((trial) => ({ ...trial, learningRate: bestRate })),
      ),
    ),
    choices: cells.map(({ choice }) => choice),
  };
}

function choose(members: readonly RatedTrial[], training: ComparedTraining): RateChoice {
  const ascending = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b);
  const seeds = ascending(members.map(({ seed }) => seed));
  const rates = ascending(members.map(({ learningRate }) => learningRate));
  const cell = cellWithoutRate(members[0]!);
  if (rates.length === 1) return { cell, rates, parts: [{ seeds, learningRate: rates[0]! }] };
  const halves = [0, 1].map((half) => seeds.filter((_, i) => i % 2 === half));
  const parts = halves.flatMap((own, half) => {
    const choosers = members.filter(({ seed }) => halves[1 - half]!.includes(seed));
    const learningRate = bestOf(rates, choosers, training);
    return learningRate === null ? [] : [{ seeds: own, learningRate }];
  });
  return { cell, rates, parts };
}

/** Null where no trial has a result to choose by. */
function bestOf(rates: readonly number[], choosers: readonly RatedTrial[], training: ComparedTraining): number | null {
  const blind = choosers
    .filter(hasResult)
    .map((trial) => ({ ...trial, testLoss: trial.bestValidationLoss, testAccuracy: trial.bestValidationAccuracy }));
  const scored = scoreTrials(blind, training, testMetricOf(blind));
  let best: { readonly rate: number; readonly mean: number } | null = null;
  for (const rate of rates) {
    const own = scored.filter(({ trial }) => trial.learningRate === rate);
    const mean = own.reduce((sum, { score }) => sum + score, 0) / own.length;
    if (own.length > 0 && (best === null || mean > best.mean)) best = { rate, mean };
  }
  return best?.rate ?? null;
}

function cellWithoutRate(trial: ComparedTrial): RateChoice['cell'] {
  const { initializer, activation, network, normalization, depth, width, optimizer, batchSize, dataset } = trial;
  return { initializer, activation, network, normalization, depth, width, optimizer, batchSize, dataset };
}
