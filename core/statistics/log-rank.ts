import { normalCdf } from '../activations/error-function.ts';
import type { TimeToEvent } from './kaplan-meier.ts';

export interface LogRank {
  /** Events of the first group beyond what equal rates would give it; positive: it gets there sooner. */
  readonly excess: number;
  /** Chi-squared statistic with one degree of freedom; 0 without events. */
  readonly statistic: number;
  /** Two-sided, by the normal limit: too small for few trials, where `permutationTest` of `excess` is exact. */
  readonly pValue: number;
}

/** Compares the times to an event of two groups with right-censoring (Mantel 1966; ties by the hypergeometric variance). */
export function logRankTest(first: readonly TimeToEvent[], second: readonly TimeToEvent[]): LogRank {
  const all = [...first, ...second];
  const times = new Set(all.filter(({ reached }) => reached).map(({ time }) => time));
  let excess = 0;
  let variance = 0;
  for (const time of times) {
    const atRisk = all.filter((trial) => trial.time >= time).length;
    const firstAtRisk = first.filter((trial) => trial.time >= time).length;
    const events = all.filter((trial) => trial.reached && trial.time === time).length;
    const share = firstAtRisk / atRisk;
    excess += first.filter((trial) => trial.reached && trial.time === time).length - events * share;
    if (atRisk > 1) variance += (events * share * (1 - share) * (atRisk - events)) / (atRisk - 1);
  }
  if (variance === 0) return { excess, statistic: 0, pValue: 1 };
  const statistic = excess ** 2 / variance;
  return { excess, statistic, pValue: 2 * normalCdf(-Math.sqrt(statistic)) };
}

/**
 * A number for each trial, in order, whose sum over a group is the log-rank test's `excess` of that group against the others: 1 for its event minus
 * the events to be expected of one watched so long, which is the Nelson-Aalen estimate of all trials at its time (Peto, Peto 1972).
 */
export function logRankScores(trials: readonly TimeToEvent[]): number[] {
  const times = [...new Set(trials.filter(({ reached }) => reached).map(({ time }) => time))].sort((a, b) => a - b);
  const rates = times.map((time) => {
    const events = trials.filter((trial) => trial.reached && trial.time === time).length;
    return events / trials.filter((trial) => trial.time >= time).length;
  });
  return trials.map((trial) => {
    const expected = times.reduce((total, time, i) => (time <= trial.time ? total + rates[i]! : total), 0);
    return Number(trial.reached) - expected;
  });
}
