import { BugError } from '../errors.ts';
import { confidence, normalQuantile, type Interval } from './interval.ts';
import { kaplanMeier, type TimeToEvent } from './kaplan-meier.ts';
import { studentQuantile } from './student-t.ts';

export interface RestrictedMean {
  /** Mean of min(time to the event, horizon). */
  readonly mean: number;
  readonly standardError: number;
  /** Normal, kept within 0 and the horizon; rough below ten trials. */
  readonly interval: Interval;
}

/**
 * Restricted mean time to the event: the area under the Kaplan-Meier curve up to a horizon (Irwin 1949; Royston, Parmar
 * 2013). Unlike a median it exists when most trials never get there. Its variance is the sum over event times t of
 * A(t)^2 d / (n (n - d)), A the area under the curve from t to the horizon (Greenwood 1926; Klein, Moeschberger 2003, 4.5.2).
 *
 * @param horizon above 0, and no later than the last trial was watched, unless the curve has come to 0 (BugError)
 */
export function restrictedMean(trials: readonly TimeToEvent[], horizon: number): RestrictedMean {
  const curve = kaplanMeier(trials);
  const watched = Math.max(0, ...trials.map(({ time }) => time));
  if (trials.length === 0 || !(horizon > 0) || (watched < horizon && curve.at(-1)?.survival !== 0)) {
    throw new BugError('A restricted mean needs trials that are watched up to its horizon.', { horizon, watched });
  }
  const steps = curve.filter(({ time }) => time < horizon);
  let after = 0;
  let variance = 0;
  for (let i = steps.length - 1; i >= 0; i--) {
    const { time, survival, atRisk, events } = steps[i]!;
    after += survival * ((steps[i + 1]?.time ?? horizon) - time);
    // Where all at risk have the event the curve is 0 from there on, and so is what it adds.
    if (atRisk > events) variance += (after ** 2 * events) / (atRisk * (atRisk - events));
  }
  const mean = after + (steps[0]?.time ?? horizon);
  const standardError = Math.sqrt(variance);
  const reach = normalQuantile * standardError;
  return {
    mean,
    standardError,
    interval: { low: Math.max(0, mean - reach), high: Math.min(horizon, mean + reach) },
  };
}

/**
 * How much sooner the first group has the event than the second, by restricted means, with an interval for few trials. Where all are watched up to the
 * horizon, Greenwood's variance is that of the trials' times divided by n, so it is too small by (n - 1) / n; the spread of few trials is
 * itself a guess, so Student's quantile takes the normal one's place, at Welch's degrees of freedom (Welch 1947), rounded down.
 *
 * @returns no bounds where a group has a single trial, or no trial of either differs from its like: the spread is then unknown
 */
export function restrictedMeanDifference(
  first: readonly TimeToEvent[],
  second: readonly TimeToEvent[],
  horizon: number,
): { readonly value: number; readonly interval: Interval } {
  const means = [first, second].map((trials) => restrictedMean(trials, horizon));
  const value = means[1]!.mean - means[0]!.mean;
  const degreesEach = [first, second].map((trials) => trials.length - 1);
  const variances = means.map(({ standardError }, i) => (standardError ** 2 * (degreesEach[i]! + 1)) / degreesEach[i]!);
  const variance = variances[0]! + variances[1]!;
  if (!(variance > 0) || degreesEach.includes(0)) return { value, interval: { low: null, high: null } };
  const degrees = variance ** 2 / variances.reduce((sum, v, i) => sum + v ** 2 / degreesEach[i]!, 0);
  const reach = studentQuantile((1 + confidence) / 2, Math.floor(degrees + rounding)) * Math.sqrt(variance);
  return { value, interval: { low: value - reach, high: value + reach } };
}

/** Degrees of freedom such as 4 come out as 3.9999999999999996. */
const rounding = 1e-9;
