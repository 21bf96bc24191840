import { describe, expect, it } from 'vitest';
import { mistakes, sweepSpec } from './sweep-inputs.ts';

const axes = { initializer: ['heNormal', 'zeros'], activation: ['relu', 'tanh'], depth: 2, seed: [1, 2, 3, 4] };

describe('the section adaptive of a sweep file', () => {
  it('is left out where the file has none, and has a default step', () => {
    expect(sweepSpec({ axes })).not.toHaveProperty('adaptive');
    expect(sweepSpec({ axes, adaptive: { seeds: { until: 'decided', budget: 12 } } }).adaptive).toEqual({
      seeds: { until: 'decided', budget: 12, step: 4 },
    });
    expect(sweepSpec({ axes, adaptive: { seeds: { until: 0.3, budget: 12, step: 2 } } }).adaptive?.seeds?.until).toBe(
      0.3,
    );
  });

  it.each<[object, string, RegExp]>([
    [{ until: 'sure', budget: 12 }, 'adaptive.seeds.until', /^is unknown/],
    [{ until: 2, budget: 12 }, 'adaptive.seeds.until', /1/],
    [{ until: 'decided' }, 'adaptive.seeds.budget', /^is missing$/],
    [{ until: 'decided', budget: 4 }, 'adaptive.seeds.budget', /^must be more than the 4 seeds/],
    [{ until: 'decided', budget: 300 }, 'adaptive.seeds.budget', /beyond the limit of 256/],
    [{ until: 'decided', budget: 60, step: 1 }, 'adaptive.seeds.step', /makes 57 looks/],
  ])('is refused as %j, with what is wrong', (seeds, path, message) => {
    expect(mistakes({ axes, adaptive: { seeds } })[path]).toMatch(message);
  });

  it('needs something to compare', () => {
    const seeds = { until: 'decided', budget: 12 };
    expect(mistakes({ axes: { ...axes, initializer: 'heNormal' }, adaptive: { seeds } })['adaptive.seeds']).toMatch(
      /two initializers/,
    );
  });
});

describe('pruning in the section adaptive', () => {
  const pruning = { method: 'ashaStopping', minEpochs: 2 };

  it('has a reduction of 3 by default, and stands beside adaptive seeds', () => {
    const three = { ...axes, initializer: ['heNormal', 'zeros', 'glorotNormal'] };
    expect(sweepSpec({ axes: three, adaptive: { pruning } }).adaptive).toEqual({
      pruning: { ...pruning, reduction: 3 },
    });
    const seeds = { until: 'decided', budget: 12, step: 2 };
    expect(sweepSpec({ axes: three, adaptive: { pruning, seeds } }).adaptive).toEqual({
      pruning: { ...pruning, reduction: 3 },
      seeds,
    });
    const rates = { ...axes, initializer: 'heNormal', learningRate: [0.1, 0.2, 0.4] };
    expect(sweepSpec({ axes: rates, adaptive: { pruning } }).adaptive?.pruning?.reduction).toBe(3);
  });

  it.each<[object, string, RegExp]>([
    [{ method: 'asha' }, 'adaptive.pruning.method', /^is unknown.*ashaStopping/],
    [{ method: undefined }, 'adaptive.pruning.method', /^is missing/],
    [{ minEpochs: 5 }, 'adaptive.pruning.minEpochs', /^must be less than the budget: training.epochs is 5$/],
    [{ minEpochs: 0 }, 'adaptive.pruning.minEpochs', /1/],
    [{ reduction: 3 }, 'adaptive.pruning.reduction', /2 cells \(initializers x learning rates\).*at most 2$/],
    [{ reduction: 1 }, 'adaptive.pruning.reduction', /2/],
    [{ rungs: [1] }, 'adaptive.pruning.rungs', /is not known|unknown/],
  ])('is refused with %j, and told what is wrong', (changes, path, message) => {
    expect(mistakes({ axes, adaptive: { pruning: { ...pruning, reduction: 2, ...changes } } })[path]).toMatch(message);
  });

  it('needs something to compare', () => {
    const one = { ...axes, initializer: 'heNormal' };
    expect(mistakes({ axes: one, adaptive: { pruning } })['adaptive.pruning']).toMatch(/two initializers/);
  });
});
