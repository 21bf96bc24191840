import { describe, expect, it } from 'vitest';
import { plainBuild } from '../../../core/networks/network.ts';
import { cornersAround, type EvidenceTrial } from '../../../core/recommendation/evidence.ts';
import { recommend } from '../../../core/recommendation/recommend.ts';
import { sweepToMeasure } from '../../../core/recommendation/sweep-to-measure.ts';
import { defaultLimits } from '../../../core/sweep/limits.ts';
import { parseActivation } from '../../../core/sweep/parse-choice.ts';
import { parseSweep } from '../../../core/sweep/parse-sweep.ts';
import { createPlan } from '../../../core/sweep/plan.ts';
import { claimTrial, seeds } from '../claims/claim-trials.ts';

/** Trials of a network: `epochs` by initializer, a little later with each seed. */
function measured(
  depth: number,
  width: number,
  epochs: Readonly<Record<string, number>>,
  changes: Partial<EvidenceTrial> = {},
): EvidenceTrial[] {
  return Object.entries(epochs).flatMap(([initializer, first]) =>
    seeds(5).map((seed) => ({
      ...claimTrial({ initializer, seed, depth, width, epochsToTarget: first + seed }),
      sweep: 'one',
      race: null,
      target: 'validationAccuracy 0.9',
      ...changes,
    })),
  );
}

const network = (depth: number, width = 64) => ({ ...plainBuild, activation: parseActivation('relu'), depth, width });
const heFirst = { heNormal: 1, glorotNormal: 11 };
const glorotFirst = { heNormal: 11, glorotNormal: 1 };

describe('the recommendation', () => {
  it('names the initializer that is ahead in the very network, with the size of its evidence', () => {
    const found = recommend(measured(4, 64, heFirst), network(4));
    expect(found.notToldApart).toEqual(['heNormal']);
    expect(found.ranking.map(({ initializer, trials, seeds: count }) => [initializer, trials, count])).toEqual([
      ['heNormal', 5, 5],
      ['glorotNormal', 5, 5],
    ]);
    expect(found.ranking[1]!.beatenByFirst!.probability).toBe(1);
    expect(found.sweeps).toEqual(['one']);
    expect(found.theory).toEqual(['heNormal']);
  });

  it('interpolates between the measured depths and widths on either side, linearly in their logarithms', () => {
    const trials = [2, 8].flatMap((depth) => [32, 128].flatMap((width) => measured(depth, width, heFirst)));
    const corners = cornersAround(trials, 4, 64);
    expect(corners.map(({ depth, width, weight }) => [depth, width, weight])).toEqual([
      [2, 32, expect.closeTo(0.25, 12)],
      [2, 128, expect.closeTo(0.25, 12)],
      [8, 32, expect.closeTo(0.25, 12)],
      [8, 128, expect.closeTo(0.25, 12)],
    ]);
    expect(recommend(trials, network(4)).notToldApart).toEqual(['heNormal']);
  });

  it('follows the nearer of two networks that disagree, and decides nothing between them', () => {
    const trials = [...measured(2, 64, heFirst), ...measured(32, 64, glorotFirst)];
    expect(recommend(trials, network(4)).ranking[0]!.initializer).toBe('heNormal');
    expect(recommend(trials, network(16)).ranking[0]!.initializer).toBe('glorotNormal');
    const between = recommend(trials, network(8));
    expect(between.notToldApart).toHaveLength(2);
    expect(between.ranking.map(({ place }) => place)).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12)]);
  });

  it.each([
    ['deeper than all', network(9)],
    ['shallower than all', network(1)],
    ['wider than all', network(4, 512)],
  ])('says nothing of a network that is %s that were measured', (_, asked) => {
    const trials = [...measured(2, 64, heFirst), ...measured(8, 64, heFirst)];
    const found = recommend(trials, asked);
    expect(found.ranking).toEqual([]);
    expect(found.theory).toEqual(['heNormal']);
  });

  it('does not enclose a network by trials of different trainings', () => {
    const trials = [...measured(2, 64, heFirst), ...measured(8, 64, heFirst, { learningRate: 0.5 })];
    expect(recommend(trials, network(4)).ranking).toEqual([]);
  });

  it('leaves the choice open with few seeds, and where seeds overlap', () => {
    const few = measured(4, 64, heFirst).filter(({ seed }) => seed < 4);
    expect(recommend(few, network(4)).notToldApart).toEqual(['heNormal', 'glorotNormal']);
    const close = measured(4, 64, { heNormal: 4, glorotNormal: 5 });
    expect(recommend(close, network(4)).notToldApart).toEqual(['heNormal', 'glorotNormal']);
  });

  it('ranks only what was measured on every side, and learns nothing from failed trials', () => {
    const trials = [...measured(2, 64, { ...heFirst, zeros: 12 }), ...measured(8, 64, heFirst)];
    expect(recommend(trials, network(4)).ranking.map(({ initializer }) => initializer)).not.toContain('zeros');
    const failed = measured(4, 64, heFirst, { state: 'failed' });
    expect(recommend(failed, network(4)).ranking).toEqual([]);
  });

  it('compares trials of a sweep that gives some up among themselves only', () => {
    // Of heNormal in the race all were given up; beside it stand whole trials of heNormal from elsewhere.
    const pruned = { state: 'pruned', epochsToTarget: null, epochsRun: 3, testAccuracy: null } as const;
    const race = 'race-1';
    const raced = [
      ...measured(4, 64, { glorotNormal: 1 }, { race }),
      ...measured(4, 64, { heNormal: 1 }, { race, ...pruned }),
    ];
    const whole = measured(4, 64, { heNormal: 1, lecunNormal: 11 });
    const placed = (trials: readonly EvidenceTrial[]) =>
      cornersAround(trials, 4, 64).map(({ places }) => [...places.keys()].sort());
    expect(placed(raced)).toEqual([['glorotNormal', 'heNormal']]);
    // Where others trained all to the end, the race is not needed.
    expect(placed([...whole, ...raced])).toEqual([['heNormal', 'lecunNormal']]);
    expect(cornersAround(raced, 4, 64)[0]!.setting).toMatch(/pruned in sweep race-1$/);
    expect(recommend(raced, network(4)).notToldApart).toEqual(['glorotNormal']);
  });
});

describe('the sweep that would measure a network', () => {
  it.each(['gelu', 'leakyRelu(slope=0.2)', 'tanh'])(
    'is a valid file for %s that measures that network',
    (activation) => {
      const asked = { ...plainBuild, activation: parseActivation(activation), depth: 12, width: 256 };
      const spec = parseSweep(sweepToMeasure(asked), defaultLimits);
      expect([spec.axes.activation, spec.axes.depth, spec.axes.width]).toEqual([[asked.activation], [12], [256]]);
      expect(createPlan(spec).trialCount).toBe(5 * 8);
    },
  );
});
