import { epochsUntilTarget } from '../comparison/score-trials.ts';
import { randomStream } from '../random/random-stream.ts';
import type { TimeToEvent } from '../statistics/kaplan-meier.ts';
import { logRankScores } from '../statistics/log-rank.ts';
import { permutationTest } from '../statistics/permutation-test.ts';
import { restrictedMeanDifference } from '../statistics/restricted-mean.ts';
import type { ClaimTrial, ClaimVerdict, Effect, Evidence } from './claim.ts';
import { decideEach, verdictOn } from './decide.ts';
import { type Cell, prunedIn, type Regime } from './regimes.ts';
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
  const watched = watchedEpochs([fitting, other]);
  const [first, second] = [timesOf(fitting, watched), timesOf(other, watched)];
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
    pruned: prunedIn([fitting, other]),
    direction: own.reduce((sum, score) => sum + score, 0) >= 0 ? 'supported' : 'refuted',
    pValue: isReached ? permutationTest(own, scores.slice(first.length), stream) : null,
  };
}

/** Sorted, so that which seed had which time changes nothing. */
function timesOf({ trials }: Cell, watched: number): TimeToEvent[] {
  return trials
    .map((trial) => timeToTarget(trial, watched))
    .sort((a, b) => a.time - b.time || Number(b.reached) - Number(a.reached));
}

/**
 * Until when all trials of these cells were watched: a trial is given up because it is behind, so to censor it alone there would flatter what is
 * left of its cell (informative censoring). All are compared up to the first of those epochs, where nothing is missing.
 */
function watchedEpochs(cells: readonly Cell[]): number {
  return Math.min(
    ...cells.flatMap(({ trials }) =>
      trials.map(({ state, epochsRun }) => (state === 'pruned' ? (epochsRun ?? 0) : Infinity)),
    ),
  );
}

/** A diverged trial never gets there: it counts as still on its way until the budget's end, as a competing event asks (Fine, Gray 1999). */
function timeToTarget(trial: ClaimTrial, watched: number): TimeToEvent {
  const time = epochsUntilTarget(trial);
  if (time <= watched && time !== Infinity) return { time, reached: true };
  return { time: Math.min(trial.epochBudget, watched), reached: false };
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
