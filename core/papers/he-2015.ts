import type { Finding } from '../claims/claim.ts';
import { regimesOf } from '../claims/regimes.ts';
import { speedClaim } from '../claims/speed.ts';
import { epochsUntilTarget, hasResult } from '../comparison/score-trials.ts';
import { wilsonInterval } from '../statistics/wilson-interval.ts';
import { decideWithin, type PaperCheck, type PaperInput } from './paper.ts';

export const heRules = { xavier: 'glorotNormal', he: 'heNormal' } as const;
/** Hidden layers of the networks with 22 and 30 layers of weights. */
export const heDepths = { shallow: 21, deep: 29 } as const;

/**
 * He, Zhang, Ren, Sun 2015, "Delving deep into rectifiers", figures 2 and 3: with 22 layers both initializations learn and theirs does
 * so sooner, with 30 layers only theirs learns.
 */
export function checkHe2015(input: PaperInput): PaperCheck[] {
  const { xavier, he } = heRules;
  const { shallow, deep } = heDepths;
  const learned = epochsOfAll(input, shallow);
  const figure2 = { reference: 'figure 2', depth: shallow, by: input.epochs };
  const figure3 = { reference: 'figure 3', depth: deep, by: input.epochs };
  return [
    shareCheck(input, 'With 30 layers He learns.', 'learns', { ...figure3, initializer: he }),
    shareCheck(input, 'With 30 layers Xavier has not begun to learn when all networks of 22 layers have.', 'stalls', {
      ...figure3,
      initializer: xavier,
      by: learned,
    }),
    shareCheck(input, 'With 30 layers Xavier stalls to the end.', 'stalls', { ...figure3, initializer: xavier }),
    shareCheck(input, 'With 22 layers He learns.', 'learns', { ...figure2, initializer: he }),
    shareCheck(input, 'With 22 layers Xavier learns, too.', 'learns', { ...figure2, initializer: xavier }),
    soonerCheck(input, shallow, 'With 22 layers He learns sooner.', 'figure 2'),
  ];
}

/** When the last trial of a depth reached the target; the budget where one never did. */
function epochsOfAll({ trials, epochs }: PaperInput, depth: number): number {
  const times = trials.filter((trial) => trial.depth === depth && hasResult(trial)).map(epochsUntilTarget);
  return Math.min(epochs, Math.max(...times));
}

/** Trials that reached the target, most of them for `learns`, few for `stalls`. */
function shareCheck(
  { trials }: PaperInput,
  statement: string,
  published: 'learns' | 'stalls',
  cell: { readonly reference: string; readonly initializer: string; readonly depth: number; readonly by: number },
): PaperCheck {
  const { reference, initializer, depth, by } = cell;
  const own = trials.filter((trial) => trial.initializer === initializer && trial.depth === depth && hasResult(trial));
  const reached = own.filter((trial) => epochsUntilTarget(trial) <= by).length;
  const interval = own.length === 0 ? { low: null, high: null } : wilsonInterval(reached, own.length);
  return {
    statement,
    reference,
    published,
    measure: `share of ${own.length} trials at the target within ${by} epochs`,
    value: own.length === 0 ? null : reached / own.length,
    interval,
    predicted: null,
    rule: published === 'learns' ? 'interval above one half' : 'interval below one half',
    decision: published === 'learns' ? decideWithin(interval, 0.5, Infinity) : decideWithin(interval, -Infinity, 0.5),
  };
}

/** The product's own finding on claim 4 for these two cells: log-rank statistic, p-value by permutation. */
function soonerCheck(
  { trials, epochs, target }: PaperInput,
  depth: number,
  statement: string,
  reference: string,
): PaperCheck {
  // Speed asks nothing of the layers.
  const layers = { initial: null, finalGradients: null, cosines: null };
  const own = trials
    .filter((trial) => trial.depth === depth)
    .map((trial) => ({ ...trial, epochBudget: epochs, layers }));
  const { findings } = speedClaim(regimesOf({ trials: own, target }), target);
  const finding = findings.find(({ cells }) => cells.includes(heRules.xavier));
  return {
    statement,
    reference,
    published: 'sooner',
    measure: finding?.effect.name ?? 'epochs saved until the target',
    value: finding?.effect.value ?? null,
    interval: finding?.effect.interval ?? { low: null, high: null },
    predicted: null,
    rule: 'log-rank test by permutation, p below 0.05',
    decision: decisionOf(finding),
  };
}

function decisionOf(finding: Finding | undefined): PaperCheck['decision'] {
  switch (finding?.decision) {
    case 'supported':
      return 'holds';
    case 'refuted':
      return 'fails';
    default:
      return 'undecided';
  }
}
