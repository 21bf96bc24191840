import { finalTrialStates, type FinalTrialState } from '../core/trial/trial-record.ts';

/** How many trials ended how, and why those failed that did. Plain data, so that it travels in messages. */
export interface Tally {
  readonly states: Readonly<Record<FinalTrialState, number>>;
  readonly reused: number;
  /** Reason -> trials that failed for it; reasons beyond the first ten are counted together. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface TrialEnd {
  readonly state: FinalTrialState;
  readonly reused: boolean;
  /** Of a failed trial. */
  readonly reason?: string;
}

const reasonsKept = 10;
const reasonLength = 200;
const otherReasons = 'other reasons';

export const emptyTally: Tally = {
  states: Object.fromEntries(finalTrialStates.map((state) => [state, 0])) as Record<FinalTrialState, number>,
  reused: 0,
  failures: {},
};

export function withTrial(tally: Tally, { state, reused, reason }: TrialEnd): Tally {
  return {
    states: { ...tally.states, [state]: tally.states[state] + 1 },
    reused: tally.reused + Number(reused),
    failures:
      reason === undefined ? tally.failures : addFailures(tally.failures, { [reason.slice(0, reasonLength)]: 1 }),
  };
}

export function sumOf(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, tally) => ({
      states: Object.fromEntries(
        finalTrialStates.map((state) => [state, sum.states[state] + tally.states[state]]),
      ) as Record<FinalTrialState, number>,
      reused: sum.reused + tally.reused,
      failures: addFailures(sum.failures, tally.failures),
    }),
    emptyTally,
  );
}

/** Trials that ended, however they did. */
export function endedOf(tally: Tally): number {
  return finalTrialStates.reduce((sum, state) => sum + tally.states[state], 0);
}

/** The most frequent reasons first, as `3 x reason`. */
export function commonestFailures(tally: Tally, count: number): string[] {
  return Object.entries(tally.failures)
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([reason, trials]) => `${trials} x ${reason}`);
}

function addFailures(
  sum: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>>,
): Record<string, number> {
  const result = { ...sum };
  for (const [reason, trials] of Object.entries(more)) {
    const isFull = !(reason in result) && Object.keys(result).length >= reasonsKept;
    const key = isFull ? otherReasons : reason;
    result[key] = (result[key] ?? 0) + trials;
  }
  return result;
}
