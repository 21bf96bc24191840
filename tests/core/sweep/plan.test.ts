import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BugError } from '../../../core/errors.ts';
import { defaultLimits } from '../../../core/sweep/limits.ts';
import { parseSweep } from '../../../core/sweep/parse-sweep.ts';
import { createPlan, type Plan } from '../../../core/sweep/plan.ts';
import { cellOf } from '../../../core/trial/labels.ts';
import { sweepFile, sweepSpec } from './sweep-inputs.ts';

const positionsOf = (plan: Plan) => Array.from({ length: plan.gridSize }, (_, position) => plan.at(position));

const initializers = ['zeros', 'heNormal', 'glorotUniform', 'orthogonal'];
const subset = <Value>(values: readonly Value[]) => fc.subarray([...values], { minLength: 1 });

/** Sweeps of up to 4 x 3 x 3 x 4 trials, with up to four exclusions of any axes and values. */
const sweeps = fc
  .record({
    initializer: subset(initializers),
    activation: subset(['relu', 'tanh', 'elu']),
    depth: subset([1, 2, 3]),
    seed: subset([1, 2, 3, 4]),
  })
  .chain((axes) =>
    fc.record({
      axes: fc.constant(axes),
      exclude: fc.array(
        fc
          .record(
            {
              initializer: subset(axes.initializer),
              activation: subset(axes.activation),
              depth: subset(axes.depth),
              seed: subset(axes.seed),
            },
            { requiredKeys: [] },
          )
          .filter((exclusion) => Object.keys(exclusion).length > 0),
        { maxLength: 4 },
      ),
    }),
  );

describe('a plan', () => {
  it('has every combination of the axes once, less those excluded, and counts them exactly', () => {
    fc.assert(
      fc.property(sweeps, ({ axes, exclude }) => {
        const isExcluded = (initializer: string, activation: string, depth: number, seed: number) =>
          exclude.some(
            (exclusion) =>
              (exclusion.initializer?.includes(initializer) ?? true) &&
              (exclusion.activation?.includes(activation) ?? true) &&
              (exclusion.depth?.includes(depth) ?? true) &&
              (exclusion.seed?.includes(seed) ?? true),
          );
        const wanted = axes.initializer.flatMap((initializer) =>
          axes.activation.flatMap((activation) =>
            axes.depth.flatMap((depth) =>
              axes.seed.flatMap((seed) =>
                isExcluded(initializer, activation, depth, seed)
                  ? []
                  : [`${initializer} ${activation} ${depth} ${seed}`],
              ),
            ),
          ),
        );
        fc.pre(wanted.length > 0);
        const plan = createPlan(sweepSpec({ axes, exclude }));
        const planned = positionsOf(plan).flatMap((trial) => {
          if (trial === null) return [];
          const { initializer, activation, depth } = cellOf(trial.config);
          return [`${initializer} ${activation} ${depth} ${trial.config.seed}`];
        });
        expect(plan.gridSize).toBe(Object.values(axes).reduce((product, values) => product * values.length, 1));
        expect(planned.toSorted()).toEqual(wanted.toSorted());
        expect(plan.trialCount).toBe(wanted.length);
      }),
    );
  });

  it('decodes the number of a trial to that very trial', () => {
    const plan = createPlan(sweepSpec());
    const trials = positionsOf(plan).map((trial) => trial!);
    for (const trial of trials) expect(plan.decode(trial.number)).toEqual(trial);
    expect(trials.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual(trials.map((_, i) => i));
  });

  it('keeps the numbers of its trials when seeds are added', () => {
    const before = createPlan(sweepSpec({ axes: { seed: [5, 9] } }));
    const after = createPlan(sweepSpec({ axes: { seed: [5, 9, 7] } }));
    for (let number = 0; number < before.gridSize; number++) {
      expect(after.decode(number).config).toEqual(before.decode(number).config);
    }
  });

  it('hands every axis value of the sweep to its trials', () => {
    const axes = {
      network: 'convolution',
      normalization: 'layer',
      width: 7,
      learningRate: 0.3,
      optimizer: 'adam',
      batchSize: 9,
      dataset: 'mnist',
      depth: 3,
      seed: 4,
    };
    const target = { metric: 'trainLoss', threshold: 0.1 };
    const spec = sweepSpec({
      axes,
      training: { epochs: 6, target, stopAtTarget: true },
      probes: { epochs: [1], examples: 5 },
    });
    expect(createPlan(spec).decode(0).config).toEqual({
      initializer: spec.axes.initializer[0],
      activation: { name: 'relu' },
      network: { name: 'convolution', kernelSize: 3 },
      normalization: { name: 'layer' },
      depth: 3,
      width: 7,
      seed: 4,
      learningRate: 0.3,
      optimizer: spec.axes.optimizer[0],
      batchSize: 9,
      dataset: { name: 'mnist', split: 0 },
      loss: 'crossEntropy',
      epochs: 6,
      target,
      stopAtTarget: true,
      probes: { epochs: [1], examples: 5 },
    });
  });

  it('has the order that it had before there were networks and normalizations to choose from', () => {
    const spec = sweepSpec();
    const { network, normalization, ...older } = spec.axes;
    expect([network, normalization]).toEqual([[{ name: 'mlp' }], [{ name: 'none' }]]);
    const before = createPlan({ ...spec, axes: older as typeof spec.axes });
    const now = createPlan(spec);
    for (let position = 0; position < now.gridSize; position++) expect(before.at(position)).toEqual(now.at(position));
    // As the program of that time told them.
    expect([0, 1, 2, 3].map((position) => now.at(position)!.number)).toEqual([2, 6, 9, 15]);
    const chosen = createPlan(sweepSpec({ axes: { network: ['mlp', 'convolution'] } }));
    expect(new Set(Array.from({ length: chosen.gridSize }, (_, i) => chosen.at(i)!.label)).size).toBe(2 * now.gridSize);
  });

  it('starts in an order that is spread over the grid and does not follow any axis', () => {
    const plan = createPlan(sweepSpec({ axes: { seed: { count: 50 }, depth: [1, 2, 3, 4, 5] } }));
    // Of 1,000 trials the first 100 hold on average 2 of each of 50 seeds and 20 of each of 5 depths. 43.4 distinct seeds are
    // expected, with a standard deviation of 2; 35 is four below.
    const first = Array.from({ length: 100 }, (_, position) => plan.at(position)!.config);
    expect(new Set(first.map(({ seed }) => seed)).size).toBeGreaterThan(35);
    for (const depth of [1, 2, 3, 4, 5]) {
      // Hypergeometric standard deviation 3.8; 4 of them.
      const count = first.filter((config) => config.depth === depth).length;
      expect(count).toBeGreaterThan(4);
      expect(count).toBeLessThan(36);
    }
  });

  it('has the same order wherever it is made, and another for other axes', () => {
    const order = (seed: number[]) =>
      positionsOf(createPlan(sweepSpec({ axes: { seed } }))).map((trial) => trial!.number);
    expect(order([1, 2])).toEqual(order([1, 2]));
    expect(order([1, 2])).not.toEqual(order([1, 3]));
    expect(order([1, 2])).toEqual([2, 6, 9, 15, 3, 4, 14, 11, 0, 1, 8, 13, 7, 5, 10, 12]);
  });

  it('labels a trial by the axes that vary', () => {
    expect(createPlan(sweepSpec()).decode(0).label).toBe('heNormal · relu · depth 2 · seed 1');
    const axes = { initializer: 'zeros', activation: 'relu', depth: 3, width: [8, 16], seed: 1 };
    expect(createPlan(sweepSpec({ axes })).decode(1).label).toBe('width 16');
    expect(createPlan(sweepSpec({ axes: { ...axes, width: 8, seed: 6 } })).decode(0).label).toBe('seed 6');
  });

  it('of a million trials costs no more than one of ten', () => {
    const many = Array.from({ length: 200 }, (_, i) => i + 1);
    const file = sweepFile({
      axes: {
        initializer: initializers.slice(0, 2),
        depth: many,
        width: many,
        learningRate: [0.1, 0.2, 0.3],
        seed: { count: 5 },
      },
      exclude: [
        { depth: many.slice(100), width: many.slice(50) },
        { initializer: 'zeros', width: 7 },
      ],
    });
    const spec = parseSweep(file, { ...defaultLimits, trials: 10_000_000 });
    const start = performance.now();
    const plan = createPlan(spec);
    for (let i = 0; i < 1000; i++) plan.at(plan.gridSize - 1 - i * 7);
    const elapsedMs = performance.now() - start;
    expect(plan.gridSize).toBe(2_400_000);
    // Of 60 = 2 x 2 x 3 x 5 combinations of the others: 200^2 cells less the 100 x 150 box, less the zeros half of width 7 (100 depths are left there, and all 200 where width <= 50: 7 is).
    expect(plan.trialCount).toBe(60 * (40_000 - 15_000) - 30 * 200);
    // A list of them would take seconds; 1,000 look-ups take some 20 ms on one slow core.
    expect(elapsedMs).toBeLessThan(1000);
  });

  it('refuses numbers and positions outside of the grid', () => {
    const plan = createPlan(sweepSpec());
    for (const outside of [-1, plan.gridSize, 0.5, NaN]) {
      expect(() => plan.decode(outside)).toThrow(BugError);
      expect(() => plan.at(outside)).toThrow(BugError);
    }
  });
});
