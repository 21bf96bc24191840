import { describe, expect, test } from 'vitest';
import { recommendationText } from '../../../cli/report/recommendation-text.ts';
import type { Recommendation } from '../../../core/recommendation/recommend.ts';
import { parseActivation, parseNetwork, parseNormalization } from '../../../core/sweep/parse-choice.ts';

const network = {
  activation: parseActivation('relu'),
  network: parseNetwork('mlp'),
  normalization: parseNormalization('none'),
  depth: 12,
  width: 64,
};
const recommendation: Recommendation = {
  ranking: [
    { initializer: 'heNormal', place: 0.75, trials: 10, seeds: 5, beatenByFirst: null },
    {
      initializer: 'glorotNormal',
      place: 0.25,
      trials: 10,
      seeds: 5,
      beatenByFirst: { probability: 0.9, interval: { low: 0.7, high: 1 } },
    },
  ],
  notToldApart: ['heNormal'],
  corners: [
    { setting: 'digits', depth: 8, width: 64, weight: 0.5 },
    { setting: 'digits', depth: 18, width: 64, weight: 0.5 },
  ] as unknown as Recommendation['corners'],
  sweeps: ['one'],
  theory: ['heNormal'],
};

describe('a recommendation', () => {
  test('begins with the answer, and gives its evidence and code that draws the same', () => {
    const text = recommendationText(network, recommendation);
    expect(text).toMatch(/^For relu, depth 12, width 64 take heNormal: it is ahead of all others measured\.\n/);
    expect(text).toContain('Theory would take heNormal.');
    expect(text).toContain('0.90 [0.70, 1.00]');
    expect(text).toContain('Rests on 20 trials in 4 cells of one');
    expect(text).toContain('PyTorch  torch.nn.init.normal_(layer.weight, std=(2 / layer.in_features) ** 0.5)');
  });

  test('names shortcuts and normalization where the network has them', () => {
    const other = { ...network, network: parseNetwork('residual'), normalization: parseNormalization('layer') };
    expect(recommendationText(other, recommendation)).toMatch(
      /^For relu, depth 12, width 64, residual, layer normalization take heNormal/,
    );
  });

  test('says which the trials do not tell apart', () => {
    const open = { ...recommendation, notToldApart: ['heNormal', 'glorotNormal'] };
    expect(recommendationText(network, open)).toContain('do not tell apart heNormal and glorotNormal.');
  });

  test('says that nothing was measured, and what theory would take', () => {
    const text = recommendationText(network, {
      ...recommendation,
      ranking: [],
      notToldApart: [],
      corners: [],
      sweeps: [],
    });
    expect(text).toMatch(/^Not measured: no finished sweep encloses relu, depth 12, width 64\./);
    expect(text).toContain('Theory would take heNormal.');
  });
});
