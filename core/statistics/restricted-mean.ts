import { BugError } from '../errors.ts';
import { normalQuantile, type Interval } from './interval.ts';
import { kaplanMeier, type TimeToEvent } from './kaplan-meier.ts';

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
