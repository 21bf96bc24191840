/** One trial's time until whichever event came first, `null`: it was watched up to that time without any. */
export interface CompetingTime<Event extends string> {
  readonly time: number;
  readonly event: Event | null;
}

export interface IncidenceStep {
  readonly time: number;
  /** Estimated chance of the event up to this time, with the other events competing. */
  readonly incidence: number;
}

/**
 * Estimated chance of one kind of event over time where another, such as divergence, ends the trial before it (Aalen, Johansen
 * 1978): sum of S(t-) d / n. To count competing events as censored instead would tell the chance in a world without them.
 * One step per time of that event; the incidences of all kinds and the share still without any add up to 1.
 */
export function cumulativeIncidence<Event extends string>(
  trials: readonly CompetingTime<Event>[],
  of: Event,
): IncidenceStep[] {
  const times = [...new Set(trials.filter(({ event }) => event !== null).map(({ time }) => time))].sort(
    (a, b) => a - b,
  );
  let survival = 1;
  let incidence = 0;
  const steps: IncidenceStep[] = [];
  for (const time of times) {
    const atRisk = trials.filter((trial) => trial.time >= time).length;
    const ended = trials.filter((trial) => trial.event !== null && trial.time === time);
    const events = ended.filter(({ event }) => event === of).length;
    incidence += (survival * events) / atRisk;
    survival *= 1 - ended.length / atRisk;
    if (events > 0) steps.push({ time, incidence });
  }
  return steps;
}
