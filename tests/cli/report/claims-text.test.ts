import { describe, expect, it } from 'vitest';
import { claimsText } from '../../../cli/report/claims-text.ts';
import { decideClaims } from '../../../core/claims/decide-claims.ts';
import { claimTrial, seeds } from '../../core/claims/claim-trials.ts';

describe('the text of claims', () => {
  it('tells each verdict with effect, interval, seeds and cells', () => {
    const trials = seeds(6).flatMap((seed) => [
      claimTrial({ initializer: 'heNormal', seed, epochsToTarget: 4 }),
      claimTrial({ initializer: 'glorotNormal', seed, epochsToTarget: 8 + (seed % 2) }),
    ]);
    const text = claimsText(decideClaims({ trials, target: {} }));
    expect(text).toContain('1. symmetry: undecided. Not measured: no trained layer was probed.');
    expect(text).toContain('4. speed: supported. Holds in the one network measured.');
    expect(text).toContain('restricted mean within the budget: 4.5 [');
    expect(text).toContain('6 seeds a cell, heNormal, glorotNormal; p = 0.002');
  });
});
