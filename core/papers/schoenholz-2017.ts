import { hasResult } from '../comparison/score-trials.ts';
import { randomStream } from '../random/random-stream.ts';
import { bootstrapInterval } from '../statistics/bootstrap.ts';
import { parseActivation, parseInitializer } from '../sweep/parse-choice.ts';
import { depthScales } from '../theory/correlation-map.ts';
import { decideWithin, type PaperCheck, type PaperInput } from './paper.ts';

/** The paper's multiple of the correlation length to which networks can be trained. */
export const publishedMultiple = 6;
/** "About 6" is taken to a factor of 2 either way. */
const about = 2;
/** A rank correlation above this explains half of the ranks' variance. */
const followsFrom = Math.SQRT1_2;

/** One (sigmaW, sigmaB): whether each depth was trained, by seed. */
export interface TrainedDepths {
  readonly initializer: string;
  readonly weightVariance: number;
  readonly correlationLength: number;
  /** Ascending. */
  readonly depths: readonly number[];
  /** For each depth, of each seed, whether it reached the target. */
  readonly trained: readonly (readonly boolean[])[];
}

/**
 * Schoenholz, Gilmer, Ganguli, Sohl-Dickstein 2017, "Deep information propagation", figure 5: the depth to which a tanh network can be trained
 * follows the correlation length xi of its (sigmaW, sigmaB), up to about 6 xi.
 */
export function checkSchoenholz2017(input: PaperInput): PaperCheck[] {
  const rows = trainedDepths(input);
  // The seeds of every cell are drawn anew; which points of the phase diagram were looked at is no accident.
  const strata = rows.flatMap(({ trained }) => trained);
  const redrawn = (drawn: readonly (readonly boolean[])[]): TrainedDepths[] => {
    let next = 0;
    return rows.map((row) => ({ ...row, trained: row.depths.map(() => drawn[next++]!) }));
  };
  const over = (statistic: (rows: readonly TrainedDepths[]) => number, name: string) => ({
    value: statistic(rows),
    interval: bootstrapInterval(
      strata,
      (drawn) => statistic(redrawn(drawn)),
      randomStream(0, 'papers', 'schoenholz', name),
    ),
  });
  const follows = over(rankCorrelation, 'correlation');
  const multiple = over(limitOverLength, 'multiple');
  return [
    {
      statement: 'The depth to which a network can be trained follows the correlation length.',
      reference: 'figure 5',
      published: 'follows',
      measure: 'rank correlation (Spearman) of the deepest trained network with xi, over the points (sigmaW, sigmaB)',
      ...follows,
      predicted: null,
      rule: `interval above ${followsFrom.toFixed(2)}: half of the variance of the ranks`,
      decision: decideWithin(follows.interval, followsFrom, Infinity),
    },
    {
      statement: 'It reaches to about 6 correlation lengths.',
      reference: 'figure 5',
      published: `about ${publishedMultiple}`,
      measure: 'limit over xi, geometric mean over the points whose limit lies among the depths tried',
      ...multiple,
      predicted: null,
      rule: `interval within ${publishedMultiple / about} and ${publishedMultiple * about}`,
      decision: decideWithin(multiple.interval, publishedMultiple / about, publishedMultiple * about),
    },
  ];
}

/** The points (sigmaW, sigmaB) of the sweep by ascending sigmaW. */
export function trainedDepths({ trials }: PaperInput): TrainedDepths[] {
  const told = trials.filter(hasResult);
  const depths = [...new Set(told.map(({ depth }) => depth))].sort((a, b) => a - b);
  return [...new Set(told.map(({ initializer }) => initializer))]
    .map((label) => {
      const initializer = parseInitializer(label);
      const own = told.filter((trial) => trial.initializer === label);
      const { sigmaW, sigmaB } = initializer as Extract<typeof initializer, { readonly name: 'meanField' }>;
      const field = { weightVariance: sigmaW ** 2, biasVariance: sigmaB ** 2 };
      return {
        initializer: label,
        weightVariance: field.weightVariance,
        correlationLength: depthScales(parseActivation(own[0]!.activation), field)!.correlationLength,
        depths,
        trained: depths.map((depth) =>
          own.filter((trial) => trial.depth === depth).map(({ state }) => state === 'converged'),
        ),
      };
    })
    .sort((a, b) => a.weightVariance - b.weightVariance);
}

/** Deepest network that at least half of the seeds trained, with all shallower ones; null: not even the shallowest. */
export function deepestTrained({ depths, trained }: TrainedDepths): number | null {
  const first = trained.findIndex((seeds) => 2 * seeds.filter(Boolean).length < seeds.length);
  return depths[(first === -1 ? depths.length : first) - 1] ?? null;
}

/** Where training ends: halfway (on a logarithmic scale) between the deepest trained depth and the next; null beyond the depths tried. */
export function trainingLimit(row: TrainedDepths): number | null {
  const deepest = deepestTrained(row);
  const next = row.depths[row.depths.indexOf(deepest ?? NaN) + 1];
  return deepest === null || next === undefined ? null : Math.sqrt(deepest * next);
}

function limitOverLength(rows: readonly TrainedDepths[]): number {
  const logs = rows.flatMap((row) => {
    const limit = trainingLimit(row);
    return limit === null ? [] : [Math.log(limit / row.correlationLength)];
  });
  return Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
}

/** Spearman's: the correlation of the ranks, equals sharing the middle of theirs. */
function rankCorrelation(rows: readonly TrainedDepths[]): number {
  const x = ranksOf(rows.map((row) => deepestTrained(row) ?? 0));
  const y = ranksOf(rows.map(({ correlationLength }) => correlationLength));
  const mean = (rows.length - 1) / 2;
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, rank, i) => sum + (rank - mean) * (b[i]! - mean), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y));
}

function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal - 1) / 2;
  });
}
