import { epochsUntilTarget } from '../comparison/score-trials.ts';
import { randomStream } from '../random/random-stream.ts';
import { normalQuantile } from '../statistics/interval.ts';
import type { TimeToEvent } from '../statistics/kaplan-meier.ts';
import { logRankTest } from '../statistics/log-rank.ts';
import { permutationTest } from '../statistics/permutation-test.ts';
import { restrictedMean } from '../statistics/restricted-mean.ts';
import type { ClaimTrial, ClaimVerdict, Effect, Evidence } from './claim.ts';
import { decideEach, verdictOn } from './decide.ts';
import type { Cell, Regime } from './regimes.ts';
import { isFitting } from './textbook.ts';

const statement = 'With the fitting initializer fewer epochs are needed until the target.';

/** Claim 4. Each fitting initializer against each other one of its regime: log-rank statistic, p-value by permutation of the seeds. */
export function speedClaim(regimes: readonly Regime[], target: object | null): ClaimVerdict {
  if (target === null) return verdictOn('speed', statement, [], 'the sweep had no target');
  const evidence = regimes.flatMap((regime) => {
    const fits = (cell: Cell) => isFitting(cell.initializer, regime.activation);
    return regime.cells
      .filter(fits)
      .flatMap((fitting) =>
        regime.cells.filter((cell) => !fits(cell)).map((other) => evidenceOf(regime, fitting, other)),
      );
  });
  return verdictOn('speed', statement, decideEach(evidence), 'no fitting initializer stands beside another one');
}

function evidenceOf(regime: Regime, fitting: Cell, other: Cell): Evidence {
  const [first, second] = [timesOf(fitting), timesOf(other)];
  const stream = randomStream(0, 'claims', 'speed', regime.title, fitting.label, other.label);
  return {
    regime: regime.title,
    statement: `${fitting.label} reaches the target sooner than ${other.label}`,
    effect: epochsSaved(first, second),
    seeds: Math.min(fitting.seeds, other.seeds),
    cells: [fitting.label, other.label],
    direction: logRankTest(first, second).excess >= 0 ? 'supported' : 'refuted',
    pValue: permutationTest(first, second, (x, y) => logRankTest(x, y).excess, stream),
  };
}

/** Sorted, so that which seed had which time changes nothing. */
function timesOf({ trials }: Cell): TimeToEvent[] {
  return trials.map(timeToTarget).sort((a, b) => a.time - b.time || Number(b.reached) - Number(a.reached));
}

/** A diverged trial never gets there: it counts as still on its way until the budget's end, as a competing event asks (Fine, Gray 1999). */
function timeToTarget(trial: ClaimTrial): TimeToEvent {
  const time = epochsUntilTarget(trial);
  if (time !== Infinity) return { time, reached: true };
  return { time: trial.state === 'pruned' ? (trial.epochsRun ?? 0) : trial.epochBudget, reached: false };
}

function epochsSaved(first: readonly TimeToEvent[], second: readonly TimeToEvent[]): Effect {
  const name = 'epochs saved until the target, restricted mean within the budget';
  const watched = [first, second].map((times) => Math.max(...times.map(({ time }) => time)));
  const isComplete = [first, second].map((times) => times.every(({ reached }) => reached));
  // A side that has reached it in full is known for all times.
  const horizon = Math.min(...watched.map((time, i) => (isComplete[i]! ? Math.max(...watched) : time)));
  if (!(horizon > 0)) return { name, value: 0, interval: { low: null, high: null }, predicted: null };
  const [a, b] = [restrictedMean(first, horizon), restrictedMean(second, horizon)];
  const value = b.mean - a.mean;
  const reach = normalQuantile * Math.hypot(a.standardError, b.standardError);
  return { name, value, interval: { low: value - reach, high: value + reach }, predicted: null };
}
