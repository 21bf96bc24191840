import { describe, expect, it } from 'vitest';
import { checkHe2015 } from '../../../core/papers/he-2015.ts';
import { patternOf } from '../../../core/papers/paper.ts';
import { paperTrial } from './paper-trials.ts';

/** Epochs to the target of eight seeds, null for never, by initializer and depth. */
function sweep(epochs: (initializer: string, depth: number, seed: number) => number | null) {
  const trials = ['glorotNormal', 'heNormal'].flatMap((initializer) =>
    [21, 29].flatMap((depth) =>
      [1, 2, 3, 4, 5, 6, 7, 8].map((seed) =>
        paperTrial({ initializer, depth, seed, activation: 'relu', epochsToTarget: epochs(initializer, depth, seed) }),
      ),
    ),
  );
  return { trials, layers: [], epochs: 60, target: {} };
}

describe('checkHe2015', () => {
  it('holds where Xavier learns later with 22 layers and never with 30', () => {
    const checks = checkHe2015(
      sweep((initializer, depth, seed) => (initializer === 'heNormal' ? 10 + seed : depth === 29 ? null : 30 + seed)),
    );
    expect(checks.map(({ value }) => value)).toEqual([1, 0, 0, 1, 1, 20]);
    expect(patternOf(checks)).toBe('holds');
  });

  it('fails where Xavier learns with 30 layers, too', () => {
    const checks = checkHe2015(sweep((_, depth, seed) => depth + seed));
    expect(checks.map(({ decision }) => decision)).toEqual(['holds', 'holds', 'fails', 'holds', 'holds', 'undecided']);
    expect(patternOf(checks)).toBe('fails');
  });

  it('is undecided where about half of the trials get there', () => {
    const checks = checkHe2015(
      sweep((initializer, _, seed) => (initializer === 'heNormal' ? 5 : seed <= 5 ? 30 : null)),
    );
    expect(checks.map(({ decision }) => decision)).toEqual([
      'holds',
      'undecided',
      'undecided',
      'holds',
      'undecided',
      'holds',
    ]);
    expect(patternOf(checks)).toBe('undecided');
  });
});
