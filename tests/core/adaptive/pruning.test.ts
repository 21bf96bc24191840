import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cellsOfRace,
  decideRung,
  prunedReason,
  raceOf,
  type RungEntry,
  rungsOf,
} from '../../../core/adaptive/pruning.ts';
import { randomStream } from '../../../core/random/random-stream.ts';
import { createPlan } from '../../../core/sweep/plan.ts';
import { cellOf } from '../../../core/trial/labels.ts';
import { sweepSpec } from '../sweep/sweep-inputs.ts';

const rule = (minEpochs: number, reduction: number) => ({ method: 'ashaStopping', minEpochs, reduction }) as const;
const at = (validationLoss: number | null): RungEntry => ({ hasReachedTarget: false, validationLoss });
const reached: RungEntry = { hasReachedTarget: true, validationLoss: 9 };

const entries = fc.record({
  hasReachedTarget: fc.boolean(),
  validationLoss: fc.option(fc.integer({ min: 0, max: 5 }), { nil: null }),
});
const reductions = fc.integer({ min: 2, max: 5 });

describe('the rungs of a race', () => {
  it.each([
    [rule(1, 3), 30, 27, [1, 3, 9]],
    [rule(1, 3), 10, 27, [1, 3, 9]],
    [rule(1, 3), 9, 27, [1, 3]],
    [rule(4, 2), 20, 7, [4, 8]],
    [rule(3, 3), 20, 7, [3]],
    [rule(3, 3), 3, 7, []],
    [rule(3, 3), 20, 2, []],
  ])('by %o, a budget of %i and %i cells come after epochs %j', (pruning, epochs, cells, expected) => {
    expect(rungsOf(pruning, epochs, cells)).toEqual(expected);
  });

  it('are a geometric row below the budget whose last leaves a whole cell', () => {
    const property = fc.property(
      fc.nat(20),
      fc.integer({ min: 1, max: 200 }),
      reductions,
      fc.integer({ min: 1, max: 200 }),
      (more, epochs, reduction, cells) => {
        const rungs = rungsOf(rule(1 + more, reduction), epochs, cells);
        rungs.forEach((epoch, k) => expect(epoch).toBe((1 + more) * reduction ** k));
        expect(rungs.every((epoch) => epoch < epochs)).toBe(true);
        expect(reduction ** rungs.length).toBeLessThanOrEqual(Math.max(1, cells));
      },
    );
    fc.assert(property);
  });
});

describe('a race', () => {
  it('is run by all initializers, learning rates and seeds of a network, and by no other network', () => {
    const axes = { initializer: ['heNormal', 'zeros', 'glorotNormal'], learningRate: [0.1, 0.2], width: [8, 16] };
    const spec = sweepSpec({ axes });
    const plan = createPlan(spec);
    const races = new Map<string, number[]>();
    for (let number = 0; number < plan.gridSize; number++) {
      const race = raceOf(cellOf(plan.decode(number).config));
      races.set(race, [...(races.get(race) ?? []), number]);
    }
    expect(cellsOfRace(spec.axes)).toBe(6);
    // Two activations, depths and widths; two seeds.
    expect([...races.values()].map(({ length }) => length)).toEqual(Array.from({ length: 8 }, () => 6 * 2));
    expect([...races.keys()][0]).toBe('relu · mlp · no normalization · depth 2 · width 8 · sgd · batch 64 · digits');
  });
});

describe('what is decided at a rung', () => {
  it.each([
    ['the first of a race goes on', at(7), [], true, 1, null],
    ['the second goes on when it is ahead', at(3), [at(4)], true, 1, 4],
    ['and is given up when it is behind', at(5), [at(4)], false, 1, 4],
    ['two of six go on', at(4), [at(1), at(5), at(6), at(7), at(8)], true, 2, 5],
    ['no third of six does', at(5), [at(1), at(4), at(6), at(7), at(8)], false, 2, 4],
    ['equals of one that goes on go on', at(4), [at(1), at(4), at(4), at(4), at(8)], true, 2, 4],
    ['one that met its target goes on, behind or not', reached, [at(1), reached, reached], true, 1, null],
    ['beside one that met its target another is given up', at(0), [reached], false, 1, null],
    ['whoever diverged before is behind', at(9), [at(null), at(null)], true, 1, null],
  ])('%s', (_, own, others, isKept, places, threshold) => {
    expect(decideRung(own, others, 3)).toEqual({ isKept, compared: others.length + 1, places, threshold });
  });

  it('is the same whatever order the others came in', () => {
    const property = fc.property(
      entries,
      fc.array(entries, { maxLength: 12 }),
      reductions,
      (own, others, reduction) => {
        const decision = decideRung(own, others, reduction);
        expect(decideRung(own, others.toReversed(), reduction)).toEqual(decision);
      },
    );
    fc.assert(property);
  });

  it('gives nobody up who is ahead of one that goes on, nor the best, and no more than it must', () => {
    const property = fc.property(fc.array(entries, { minLength: 1, maxLength: 12 }), reductions, (all, reduction) => {
      const decisions = all.map((own, i) => decideRung(own, all.filter((_, k) => k !== i), reduction)); // prettier-ignore
      const places = Math.max(1, Math.floor(all.length / reduction));
      expect(decisions.filter(({ isKept }) => isKept).length).toBeGreaterThanOrEqual(Math.min(places, all.length));
      const key = ({ hasReachedTarget, validationLoss }: RungEntry) =>
        hasReachedTarget ? -1 : (validationLoss ?? Infinity);
      const kept = all.filter((_, i) => decisions[i]!.isKept).map(key);
      const givenUp = all.filter((_, i) => !decisions[i]!.isKept).map(key);
      for (const loss of givenUp) expect(kept.filter((other) => other < loss).length).toBeGreaterThanOrEqual(places);
      for (const loss of givenUp) expect(kept.every((other) => other < loss)).toBe(true);
    });
    fc.assert(property);
  });

  it('lets about one of `reduction` go on, more of the first ones that come', () => {
    const stream = randomStream(1, 'race');
    const goingOn = (trials: number) => {
      let sum = 0;
      for (let run = 0; run < 200; run++) {
        const come: RungEntry[] = [];
        for (let i = 0; i < trials; i++) {
          const own = at(stream.normal());
          if (decideRung(own, come, 3).isKept) sum += 1;
          come.push(own);
        }
      }
      return sum / 200 / trials;
    };
    // Sum of max(1, floor(n / 3)) / n over n = 1..trials, over trials: 0.40 of 9, 0.34 of 60; three standard errors of 200 runs are below 0.04.
    expect(Math.abs(goingOn(9) - 0.386)).toBeLessThan(0.04);
    expect(Math.abs(goingOn(60) - 0.325)).toBeLessThan(0.02);
  });

  it('is told in a sentence', () => {
    expect(prunedReason(3, at(0.51234567), decideRung(at(0.51234567), [at(0.4), at(0.2)], 3))).toBe(
      'Given up after epoch 3: at validation loss 0.5123, while the best of 3 trials had 0.2 or less.',
    );
    expect(prunedReason(9, at(2), { isKept: false, compared: 9, places: 3, threshold: null })).toBe(
      'Given up after epoch 9: at validation loss 2, while the best 3 of 9 trials had met the target.',
    );
  });
});
