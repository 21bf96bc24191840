import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Throughput } from '../../../cli/progress/throughput.ts';

describe('Throughput', () => {
  test('expects the pending trials to end as fast as those before', () => {
    const throughput = new Throughput();
    for (let second = 0; second <= 10; second += 1) throughput.add(second * 1000, second * 2);
    expect(throughput.perSecond()).toBe(2);
    expect(throughput.timeLeftMs(40)).toBe(20_000);
  });

  test('says nothing before three trials have ended, and nothing is left when none is pending', () => {
    const throughput = new Throughput();
    throughput.add(0, 0);
    throughput.add(5_000, 2);
    expect(throughput.timeLeftMs(10)).toBeNull();
    expect(throughput.timeLeftMs(0)).toBe(0);
  });

  test('follows a change of pace within a minute', () => {
    const throughput = new Throughput();
    for (let second = 0; second <= 60; second += 1) throughput.add(second * 1000, second);
    for (let second = 61; second <= 121; second += 1) throughput.add(second * 1000, 60 + (second - 60) * 10);
    expect(throughput.perSecond()).toBeCloseTo(10, 1);
  });

  test('finds a steady rate at any spacing of the readings', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 3, max: 90_000 }), { minLength: 4, maxLength: 50 }), (gaps) => {
        const throughput = new Throughput();
        let atMs = 0;
        throughput.add(atMs, 0);
        // One trial a millisecond: always enough of them, whatever the window holds.
        for (const gap of gaps) throughput.add((atMs += gap), atMs);
        expect(throughput.perSecond()).toBeCloseTo(1000, 6);
      }),
    );
  });
});
