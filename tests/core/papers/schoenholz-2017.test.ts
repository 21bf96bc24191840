import { describe, expect, it } from 'vitest';
import { patternOf } from '../../../core/papers/paper.ts';
import {
  checkSchoenholz2017,
  deepestTrained,
  trainedDepths,
  trainingLimit,
} from '../../../core/papers/schoenholz-2017.ts';
import { depthScales } from '../../../core/theory/correlation-map.ts';
import { paperTrial } from './paper-trials.ts';

const depths = [4, 8, 16, 32, 64];
const sigmas = [0.8, 1, 1.1, 1.2, 1.5, 1.8];
const lengths = new Map(
  sigmas.map((sigmaW) => [
    sigmaW,
    depthScales({ name: 'tanh' }, { weightVariance: sigmaW ** 2, biasVariance: 0.05 })!.correlationLength,
  ]),
);
const xiOf = (sigmaW: number) => lengths.get(sigmaW)!;

function sweep(isTrained: (sigmaW: number, depth: number, seed: number) => boolean, points = sigmas) {
  const trials = points.flatMap((sigmaW) =>
    depths.flatMap((depth) =>
      [1, 2, 3].map((seed) =>
        paperTrial({
          initializer: `meanField(sigmaB=${Math.sqrt(0.05)}, sigmaW=${sigmaW})`,
          depth,
          seed,
          epochsToTarget: isTrained(sigmaW, depth, seed) ? 5 : null,
        }),
      ),
    ),
  );
  return { trials, layers: [], epochs: 20, target: {} };
}

describe('checkSchoenholz2017', () => {
  it('holds where networks are trained to six correlation lengths', () => {
    const checks = checkSchoenholz2017(sweep((sigmaW, depth) => depth <= 6 * xiOf(sigmaW)));
    expect(patternOf(checks)).toBe('holds');
    expect(checks[1]!.value).toBeGreaterThan(4);
    expect(checks[1]!.value).toBeLessThan(9);
  });

  it('fails where every network is trained to the same depth, or to another multiple', () => {
    expect(
      checkSchoenholz2017(sweep((sigmaW, depth) => depth <= xiOf(sigmaW))).map(({ decision }) => decision)[1],
    ).toBe('fails');
    const opposite = checkSchoenholz2017(sweep((sigmaW, depth) => depth * xiOf(sigmaW) <= 100));
    expect(opposite[0]!.decision).toBe('fails');
    expect(opposite[0]!.value).toBeLessThan(0);
  });

  it('takes a depth as trained by at least half of the seeds, and no deeper than the first that is not', () => {
    const rowOf = (isTrained: (depth: number, seed: number) => boolean) =>
      trainedDepths(sweep((_, depth, seed) => isTrained(depth, seed), [1]))[0]!;
    const row = rowOf((depth, seed) => depth === 4 || depth === 16 || (depth === 8 && seed < 3));
    expect(deepestTrained(row)).toBe(16);
    expect(trainingLimit(row)).toBeCloseTo(Math.sqrt(16 * 32), 12);
    const gap = rowOf((depth, seed) => depth === 4 || depth === 16 || (depth === 8 && seed < 2));
    expect(deepestTrained(gap)).toBe(4);
    const all = rowOf(() => true);
    expect([deepestTrained(all), trainingLimit(all)]).toEqual([64, null]);
    const none = rowOf(() => false);
    expect([deepestTrained(none), trainingLimit(none)]).toEqual([null, null]);
  });
});
