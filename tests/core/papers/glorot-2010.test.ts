import { describe, expect, it } from 'vitest';
import { checkGlorot2010, glorotRules } from '../../../core/papers/glorot-2010.ts';
import { type PaperInput, patternOf } from '../../../core/papers/paper.ts';
import { paperLayer, paperTrial } from './paper-trials.ts';

/** Six seeds of both rules; a factor a layer on the gradient's variance (backwards), on the activations' (forwards), each with a little scatter. */
function sweep(factors: Record<(typeof glorotRules)[number], { gradient: number; activation: number }>): PaperInput {
  const trials = glorotRules.flatMap((initializer) =>
    [1, 2, 3, 4, 5, 6].map((seed) => paperTrial({ initializer, seed })),
  );
  const layers = trials.flatMap((trial) => {
    const { gradient, activation } = factors[trial.initializer as (typeof glorotRules)[number]];
    return [1, 2, 3, 4, 5].map((layer) =>
      paperLayer(trial, layer, {
        backpropagatedVariance: 1e-6 * gradient ** (5 - layer) * (1 + trial.seed / 1000),
        activationVariance: 0.2 * activation ** (layer - 1) * (1 + trial.seed / 1000),
      }),
    );
  });
  return { trials, layers, epochs: 1, target: null };
}

describe('checkGlorot2010', () => {
  it('holds where the heuristic loses two thirds of the variance a layer and the normalized rule keeps it', () => {
    const checks = checkGlorot2010(
      sweep({
        commonHeuristic: { gradient: 1 / 3, activation: 1 / 3 },
        glorotUniform: { gradient: 0.9, activation: 0.95 },
      }),
    );
    expect(patternOf(checks)).toBe('holds');
    expect(checks.map(({ value }) => Number(value!.toFixed(3)))).toEqual([0.333, 0.9, 0.577, 0.975, 1]);
    // At infinite width from a first variance of 0.1: linear but for tanh's bend, so just below 1/3 and 1.
    expect(checks[0]!.predicted).toBeGreaterThan(0.25);
    expect(checks[0]!.predicted).toBeLessThan(1 / 3);
    expect(checks[1]!.predicted).toBeLessThan(1);
  });

  it('fails where both rules do the same', () => {
    const same = { gradient: 0.9, activation: 0.9 };
    const checks = checkGlorot2010(sweep({ commonHeuristic: same, glorotUniform: same }));
    expect(patternOf(checks)).toBe('fails');
    expect(checks.map(({ decision }) => decision)).toEqual(['fails', 'holds', 'fails', 'holds', 'holds']);
  });

  it('is undecided where seeds scatter over the border, and by a single seed', () => {
    const input = sweep({
      commonHeuristic: { gradient: 0.56, activation: 1 / 3 },
      glorotUniform: { gradient: 0.9, activation: 0.9 },
    });
    const scattered = input.layers.map((row, i) => ({
      ...row,
      backpropagatedVariance:
        row.layer === 1 ? row.backpropagatedVariance! * (i % 2 ? 1.6 : 1 / 1.6) : row.backpropagatedVariance,
    }));
    expect(checkGlorot2010({ ...input, layers: scattered })[0]!.decision).toBe('undecided');
    const single = { ...input, trials: input.trials.filter(({ seed }) => seed === 1) };
    expect(checkGlorot2010(single).every(({ decision }) => decision === 'undecided')).toBe(true);
  });
});
