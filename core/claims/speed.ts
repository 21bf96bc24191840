import { epochsUntilTarget } from '../comparison/score-trials.ts';
import { randomStream } from '../random/random-stream.ts';
import type { TimeToEvent } from '../statistics/kaplan-meier.ts';
import { logRankScores } from '../statistics/log-rank.ts';
import { permutationTest } from '../statistics/permutation-test.ts';
import { restrictedMeanDifference } from '../statistics/restricted-mean.ts';
import type { ClaimTrial, ClaimVerdict, Effect, Evidence } from './claim.ts';
import { decideEach, verdictOn } from './decide.ts';
import type { Cell, Regime } from './regimes.ts';
import { isFitting } from './textbook.ts';

/** Claim 4. Each fitting initializer against each other one of its regime: log-rank statistic, p-value by permutation of the seeds. */
export function speedClaim(regimes: readonly Regime[], target: object | null): ClaimVerdict {
  if (target === null) return verdictOn('speed', [], 'the sweep had no target');
  const evidence = regimes.flatMap((regime) => {
    const fits = (cell: Cell) => isFitting(cell.initializer, regime.activation);
    return regime.cells
      .filter(fits)
      .flatMap((fitting) =>
        regime.cells.filter((cell) => !fits(cell)).map((other) => evidenceOf(regime, fitting, other)),
      );
  });
  return verdictOn('speed', decideEach(evidence), 'no fitting initializer stands beside another one');
}

function evidenceOf(regime: Regime, fitting: Cell, other: Cell): Evidence {
  const [first, second] = [timesOf(fitting), timesOf(other)];
  const scores = logRankScores([...first, ...second]);
  const own = scores.slice(0, first.length);
  const isReached = [...first, ...second].some(({ reached }) => reached);
  const stream = randomStream(0, 'claims', 'speed', regime.title, fitting.label, other.label);
  return {
    regime: regime.title,
    statement: `${fitting.label} reaches the target sooner than ${other.label}`,
    effect: epochsSaved(first, second),
    seeds: Math.min(fitting.seeds, other.seeds),
    cells: [fitting.label, other.label],
    direction: own.reduce((sum, score) => sum + score, 0) >= 0 ? 'supported' : 'refuted',
    pValue: isReached ? permutationTest(own, scores.slice(first.length), stream) : null,
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

/** Restricted means up to the time until which both sides were watched; a side that has reached it in full is known for all times. */
function epochsSaved(first: readonly TimeToEvent[], second: readonly TimeToEvent[]): Effect {
  const watched = [first, second].map((times) => Math.max(...times.map(({ time }) => time)));
  const isComplete = [first, second].map((times) => times.every(({ reached }) => reached));
  const horizon = Math.min(...watched.map((time, i) => (isComplete[i]! ? Math.max(...watched) : time)));
  const isSeen = [...first, ...second].some(({ time, reached }) => reached && time <= horizon);
  const difference = isSeen && horizon > 0 ? restrictedMeanDifference(first, second, horizon) : null;
  return {
    name: 'epochs saved until the target, restricted mean within the budget',
    unit: 'epochs',
    value: difference?.value ?? null,
    interval: difference?.interval ?? { low: null, high: null },
    predicted: null,
  };
}
