import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { checkExtended, extendSweep, nextSeeds } from '../../../core/sweep/extend-sweep.ts';
import { defaultLimits } from '../../../core/sweep/limits.ts';
import { createPlan, type Plan } from '../../../core/sweep/plan.ts';
import type { GrowingAxis, SweepSpec } from '../../../core/sweep/sweep-spec.ts';
import { sweepSpec } from './sweep-inputs.ts';

const axes = {
  initializer: ['heNormal', 'zeros', 'orthogonal'],
  activation: ['relu', 'tanh'],
  depth: [1, 2],
  seed: [1, 2],
};
const start = sweepSpec({ axes, exclude: [{ initializer: 'zeros', depth: 2 }] });

const trialsOf = (plan: Plan): string[] =>
  Array.from({ length: plan.gridSize }, (_, position) => plan.at(position)).flatMap((trial) => {
    if (trial === null) return [];
    const { initializer, activation, depth, width, seed } = trial.config;
    return [`${initializer.name} ${activation.name} ${depth} ${width} ${seed}`];
  });

/** Up to four additions of new values. */
const additions = fc.array(
  fc.record({ axis: fc.constantFrom<GrowingAxis>('seed', 'depth', 'width'), count: fc.integer({ min: 1, max: 3 }) }),
  { maxLength: 4 },
);

function extended(wanted: readonly { axis: GrowingAxis; count: number }[]): SweepSpec {
  return wanted.reduce((spec, { axis, count }, index) => {
    const largest = Math.max(...spec.axes[axis]);
    const values = Array.from({ length: count }, (_, i) => largest + 1 + i);
    return extendSweep(spec, axis, values, { id: String(index) });
  }, start);
}

describe('a sweep that is given more values', () => {
  it('has every combination of all values once, less those excluded', () => {
    fc.assert(
      fc.property(additions, (wanted) => {
        const spec = extended(wanted);
        const plan = createPlan(spec);
        const { additions: _, ...asIfFromTheStart } = spec;
        const trials = trialsOf(plan);

        expect(trials.toSorted()).toEqual(trialsOf(createPlan(asIfFromTheStart)).toSorted());
        expect(trials).toHaveLength(plan.trialCount);
        expect(new Set(trials).size).toBe(plan.trialCount);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the number, the place in the order and the configuration of the trials that it had', () => {
    fc.assert(
      fc.property(additions, (wanted) => {
        const [before, after] = [createPlan(start), createPlan(extended(wanted))];
        for (let position = 0; position < before.gridSize; position++) {
          const known = before.at(position);
          // The label tells more apart than before.
          expect(known && { ...after.at(position), label: known.label }).toEqual(known);
          expect(after.decode(position).config).toEqual(before.decode(position).config);
        }
        expect(after.parts[0]).toEqual(before.parts[0]);
        expect(after.parts).toHaveLength(1 + wanted.length);
      }),
      { numRuns: 40 },
    );
  });

  it('gives further seeds to some regimes only', () => {
    // Regimes count activations, then depths: 1 is tanh at depth 1, 2 is relu at depth 2.
    const plan = createPlan(extendSweep(start, 'seed', nextSeeds(start, 2), { id: 'a', regimes: [1, 2] }));
    const part = plan.parts[1]!;
    const added = trialsOf(plan).filter((trial) => / [34]$/.test(trial));

    expect(added.toSorted()).toEqual(
      ['heNormal', 'orthogonal', 'zeros']
        .flatMap((initializer) => [
          `${initializer} tanh 1 32 3`,
          `${initializer} tanh 1 32 4`,
          ...(initializer === 'zeros' ? [] : [`${initializer} relu 2 32 3`, `${initializer} relu 2 32 4`]),
        ])
        .toSorted(),
    );
    expect(part).toMatchObject({ from: 24, to: 36, trialCount: 10 });
  });
});

it('seeds that are added follow the largest', () => {
  expect(nextSeeds(sweepSpec({ axes: { ...axes, seed: [7, 3] } }), 2)).toEqual([8, 9]);
});

it('what makes a sweep too large is refused, and the limit named', () => {
  const deep = extendSweep(start, 'depth', [300], { id: 'a' });

  expect(() => checkExtended(start, defaultLimits)).not.toThrow();
  expect(() => checkExtended(deep, { ...defaultLimits, trials: 30 })).toThrow(UserError);
  expect(() => checkExtended(deep, { ...defaultLimits, trials: 30 })).toThrow(
    /it would have 32 trials.*SWEEP_MAX_TRIALS.*depth 300/,
  );
});

it('is refused a depth that is no whole number of blocks', () => {
  const residual = sweepSpec({ axes: { ...axes, depth: [4], network: [{ name: 'residual', blockLayers: 2 }] } });
  const deeper = (depth: number) => extendSweep(residual, 'depth', [depth], { id: 'deeper' });
  expect(() => checkExtended(deeper(6), defaultLimits)).not.toThrow();
  expect(() => checkExtended(deeper(5), defaultLimits)).toThrow(
    'The sweep cannot be extended: residual needs a depth of two blocks or more of 2 layers each, not 5: choose 4, 6, ...',
  );
});
