import { describe, expect, it } from 'vitest';
import { patternOf } from '../../../core/papers/paper.ts';
import { checkSaxe2013, epochsByDepth } from '../../../core/papers/saxe-2013.ts';
import { paperTrial } from './paper-trials.ts';

const depths = [2, 8, 32];

/** Six seeds at two rates; the smaller one takes three times as long, the larger one diverges in the deepest network. */
function sweep(epochs: (initializer: string, depth: number) => number) {
  const trials = ['lecunNormal', 'orthogonal'].flatMap((initializer) =>
    depths.flatMap((depth) =>
      [1, 2, 3, 4, 5, 6].flatMap((seed) =>
        [0.01, 0.1].map((learningRate) => {
          const isDiverged = depth === 32 && learningRate === 0.1;
          const time = epochs(initializer, depth) + (seed % 2);
          return paperTrial({
            initializer,
            depth,
            seed,
            learningRate,
            activation: 'linear',
            epochsToTarget: isDiverged ? null : depth === 32 || learningRate === 0.1 ? time : 3 * time,
            ...(isDiverged ? { state: 'diverged' } : {}),
          });
        }),
      ),
    ),
  );
  return { trials, layers: [], epochs: 200, target: {} };
}

describe('checkSaxe2013', () => {
  it('holds where epochs grow with depth for Gaussian weights and not for orthogonal ones', () => {
    const checks = checkSaxe2013(sweep((initializer, depth) => (initializer === 'orthogonal' ? 8 : 4 * depth)));
    expect(patternOf(checks)).toBe('holds');
    expect(checks[0]!.value).toBeCloseTo(1, 1);
    expect(checks[1]!.value).toBeCloseTo(0, 1);
    expect(checks[2]!.value).toBeCloseTo(128.5 / 8.5, 6);
  });

  it('takes each depth at its best rate', () => {
    const rows = epochsByDepth(
      sweep(() => 10),
      'orthogonal',
    );
    expect(rows).toEqual(depths.map((depth) => ({ depth, epochs: [10, 10, 10, 11, 11, 11] })));
  });

  it('fails where orthogonal weights slow down as Gaussian ones do', () => {
    const checks = checkSaxe2013(sweep((_, depth) => 4 * depth));
    expect(checks.map(({ decision }) => decision)).toEqual(['holds', 'fails', 'undecided']);
  });
});
