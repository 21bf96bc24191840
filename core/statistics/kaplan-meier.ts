import { normalQuantile, type Interval } from './interval.ts';

/** One trial's time until an event, or, when `reached` is false, the time up to which it was watched in vain (right-censored). */
export interface TimeToEvent {
  readonly time: number;
  readonly reached: boolean;
}

/** The estimate from one event time on until the next. */
export interface SurvivalStep {
  readonly time: number;
  /** Trials watched right up to this time. */
  readonly atRisk: number;
  readonly events: number;
  /** Estimated share of trials without the event after this time. */
  readonly survival: number;
  /** Pointwise confidence bounds on `survival`. */
  readonly low: number;
  readonly high: number;
}

/**
 * Product-limit estimate of the share still without the event (Kaplan and Meier 1958), one step per distinct event time in
 * ascending order; before the first step the share is 1. A trial censored at an event's time counts as at risk there.
 * Bounds: Greenwood's variance (1926) on the scale of log(-log S), which keeps them within 0 and 1 (Kalbfleisch and
 * Prentice 1980). Where the estimate is 0 that scale ends, and the bounds are 0 as well.
 */
export function kaplanMeier(trials: readonly TimeToEvent[]): SurvivalStep[] {
  const times = [...new Set(trials.filter((trial) => trial.reached).map((trial) => trial.time))].sort((a, b) => a - b);
  let survival = 1;
  let greenwood = 0;
  return times.map((time) => {
    const atRisk = trials.filter((trial) => trial.time >= time).length;
    const events = trials.filter((trial) => trial.reached && trial.time === time).length;
    survival *= (atRisk - events) / atRisk;
    greenwood += events / (atRisk * (atRisk - events));
    return { time, atRisk, events, survival, ...logLogBounds(survival, greenwood) };
  });
}

/** Median time to the event: the first time at which at most half are still without it; null when the curve stays above a half. */
export function medianTime(curve: readonly SurvivalStep[]): number | null {
  return firstAtMostHalf(curve, (step) => step.survival);
}

/** Times at which the bounds of the curve reach a half (Brookmeyer and Crowley 1982); null: the bound stays above it, the median may be any later time. */
export function medianTimeInterval(curve: readonly SurvivalStep[]): Interval {
  return { low: firstAtMostHalf(curve, (step) => step.low), high: firstAtMostHalf(curve, (step) => step.high) };
}

/** Products such as 3/4 x 2/3 are 1/2 up to rounding; the slack is far below the least possible distance, 1 / (2 x trials). */
const ROUNDING = 1e-12;

function firstAtMostHalf(curve: readonly SurvivalStep[], share: (step: SurvivalStep) => number): number | null {
  return curve.find((step) => share(step) <= 0.5 + ROUNDING)?.time ?? null;
}

function logLogBounds(survival: number, greenwood: number): { low: number; high: number } {
  if (survival <= 0) return { low: 0, high: 0 };
  const spread = (normalQuantile * Math.sqrt(greenwood)) / -Math.log(survival);
  return { low: survival ** Math.exp(spread), high: survival ** Math.exp(-spread) };
}
