import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  kaplanMeier,
  medianTime,
  medianTimeInterval,
  type TimeToEvent,
} from '../../../core/statistics/kaplan-meier.ts';
import { median } from '../../../core/statistics/quantile.ts';

const reached = (...times: number[]): TimeToEvent[] => times.map((time) => ({ time, reached: true }));
const censored = (...times: number[]): TimeToEvent[] => times.map((time) => ({ time, reached: false }));

/** Weeks of remission under 6-mercaptopurine (Freireich et al. 1963), the textbooks' example; 21 patients. */
const remissions = [
  ...reached(6, 6, 6, 7, 10, 13, 16, 22, 23),
  ...censored(6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35),
];

describe('kaplanMeier', () => {
  it('gives the published curve of the remission data', () => {
    const curve = kaplanMeier(remissions);
    // Risk sets and events by hand; shares as in Collett's and Klein's tables, to their three digits.
    expect(curve.map(({ time, atRisk, events }) => [time, atRisk, events])).toEqual([
      [6, 21, 3],
      [7, 17, 1],
      [10, 15, 1],
      [13, 12, 1],
      [16, 11, 1],
      [22, 7, 1],
      [23, 6, 1],
    ]);
    const published = [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448];
    curve.forEach(({ survival }, i) => expect(Math.abs(survival - published[i]!)).toBeLessThan(0.0006));
    expect(medianTime(curve)).toBe(23);
  });

  it('bounds the curve on the scale of log(-log S)', () => {
    const [first] = kaplanMeier(remissions);
    // S = 6/7, Greenwood's sum 3 / (21 x 18) = 1/126: S to the power of exp(+-1.959964 x 0.0890871 / 0.1541507).
    expect(Math.abs(first!.low - 0.6197)).toBeLessThan(0.00005);
    expect(Math.abs(first!.high - 0.9516)).toBeLessThan(0.00005);
    expect(medianTimeInterval(kaplanMeier(remissions))).toEqual({ low: 13, high: null });
  });

  it('says nothing of the median when half or more never get there', () => {
    const curve = kaplanMeier([...reached(3, 4), ...censored(30, 30, 30)]);
    expect(curve.at(-1)!.survival).toBeCloseTo(0.6, 12);
    expect(medianTime(curve)).toBeNull();
    expect(medianTime(kaplanMeier(censored(30, 30)))).toBeNull();
    expect(kaplanMeier([])).toEqual([]);
  });

  it('takes the median as reached where exactly half are still without the event', () => {
    expect(medianTime(kaplanMeier([...reached(5, 7, 9), ...censored(30, 30, 30)]))).toBe(9);
  });

  it('counts a trial that is censored at the time of an event as at risk there', () => {
    const [step] = kaplanMeier([...reached(5), ...censored(5)]);
    expect(step).toMatchObject({ atRisk: 2, survival: 0.5 });
  });

  it('is the share of longer times when nothing is censored, with a median among the middle values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }), (times) => {
        const curve = kaplanMeier(reached(...times));
        for (const { time, survival } of curve) {
          // The product has at most 40 factors, each rounded to 2^-53.
          expect(survival).toBeCloseTo(times.filter((other) => other > time).length / times.length, 12);
        }
        expect(medianTime(curve)).toBeLessThanOrEqual(median(times));
        expect(curve.at(-1)!.survival).toBe(0);
      }),
    );
  });

  it('never rises, stays within its bounds, and they within 0 and 1', () => {
    const trial = fc.record({ time: fc.integer({ min: 1, max: 20 }), reached: fc.boolean() });
    fc.assert(
      fc.property(fc.array(trial, { maxLength: 40 }), (trials) => {
        let before = 1;
        for (const { survival, low, high } of kaplanMeier(trials)) {
          expect(survival).toBeLessThan(before);
          expect([0, low, survival, high, 1]).toEqual([0, low, survival, high, 1].toSorted((a, b) => a - b));
          before = survival;
        }
      }),
    );
  });
});
