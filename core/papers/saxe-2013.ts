import { atBestRates, type AtBestRate } from '../comparison/best-rate.ts';
import { epochsUntilTarget, hasResult } from '../comparison/score-trials.ts';
import { randomStream } from '../random/random-stream.ts';
import { bootstrapInterval } from '../statistics/bootstrap.ts';
import { decideWithin, type PaperCheck, type PaperInput, type PaperTrial } from './paper.ts';

export const saxeRules = { gaussian: 'lecunNormal', orthogonal: 'orthogonal' } as const;

/** Exponents of the depth below which epochs count as level: from depth 2 to 64 they then change by less than a factor of 2.4. */
const levelExponent = 0.25;

/**
 * Saxe, McClelland, Ganguli 2013, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", figure 6:
 * the time to learn of deep linear networks over depth, each at its best learning rate.
 */
export function checkSaxe2013(input: PaperInput): PaperCheck[] {
  const gaussian = epochsByDepth(input, saxeRules.gaussian);
  const orthogonal = epochsByDepth(input, saxeRules.orthogonal);
  const growth = {
    reference: 'figure 6',
    measure: 'exponent b of epochs ~ depth^b, least squares of the logarithms',
    predicted: null,
  };
  return [
    {
      statement: 'With scaled Gaussian weights the epochs to learn grow with depth.',
      ...growth,
      published: 'grows',
      ...exponentOf(gaussian, 'gaussian'),
      rule: `interval above ${levelExponent}`,
      decision: decideWithin(exponentOf(gaussian, 'gaussian').interval, levelExponent, Infinity),
    },
    {
      statement: 'With orthogonal weights they stay level.',
      ...growth,
      published: 'level',
      ...exponentOf(orthogonal, 'orthogonal'),
      rule: `interval within -${levelExponent} and ${levelExponent}`,
      decision: decideWithin(exponentOf(orthogonal, 'orthogonal').interval, -levelExponent, levelExponent),
    },
    deepestCheck(gaussian, orthogonal),
  ];
}

/** Of one initializer, at the best rates: epochs to the target by depth, ascending; a trial that never got there counts with the budget. */
export function epochsByDepth(input: PaperInput, initializer: string): { depth: number; epochs: number[] }[] {
  const trials = saxeAtBestRates(input).filter((trial) => trial.initializer === initializer && hasResult(trial));
  const depths = [...new Set(trials.map(({ depth }) => depth))].sort((a, b) => a - b);
  return depths.map((depth) => ({
    depth,
    epochs: trials
      .filter((trial) => trial.depth === depth)
      .map((trial) => Math.min(epochsUntilTarget(trial), input.epochs))
      .sort((a, b) => a - b),
  }));
}

/** The trials at each cell's best rate. */
function saxeAtBestRates({ trials, epochs, target }: PaperInput): readonly AtBestRate<PaperTrial>[] {
  return atBestRates(trials, { epochs, target }).trials;
}

type EpochsByDepth = ReturnType<typeof epochsByDepth>;

/** Interval by bootstrap of the seeds within each depth. */
function exponentOf(rows: EpochsByDepth, name: string): Pick<PaperCheck, 'value' | 'interval'> {
  const depths = rows.map(({ depth }) => Math.log(depth));
  const slope = (strata: readonly (readonly number[])[]) =>
    slopeOf(strata.flatMap((epochs, i) => epochs.map((epoch) => [depths[i]!, Math.log(epoch)] as const)));
  const strata = rows.map(({ epochs }) => epochs);
  return {
    value: slope(strata),
    interval: bootstrapInterval(strata, slope, randomStream(0, 'papers', 'saxe', name)),
  };
}

function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const across = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return across / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

function deepestCheck(gaussian: EpochsByDepth, orthogonal: EpochsByDepth): PaperCheck {
  const [first, second] = [gaussian.at(-1)!, orthogonal.at(-1)!];
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const ratio = ([x, y]: readonly (readonly number[])[]) => mean(x!) / mean(y!);
  const strata = [first.epochs, second.epochs];
  const interval = bootstrapInterval(strata, ratio, randomStream(0, 'papers', 'saxe', 'deepest'));
  return {
    statement: 'The deepest networks learn sooner from orthogonal weights.',
    reference: 'figure 6',
    published: 'sooner',
    measure: `epochs with Gaussian weights over those with orthogonal ones at depth ${first.depth}`,
    value: ratio(strata),
    interval,
    predicted: null,
    rule: 'interval above 1',
    decision: decideWithin(interval, 1, Infinity),
  };
}
