import { describe, expect, test } from 'vitest';
import { answer } from '../../../cli/report/answer.ts';
import { bestRatesTable } from '../../../cli/report/best-rates-table.ts';
import { comparisonTable } from '../../../cli/report/comparison-table.ts';
import { intervalText, listText, metricText } from '../../../cli/report/numbers.ts';
import { pruningText } from '../../../cli/report/pruning-text.ts';
import { resultTable } from '../../../cli/report/result-table.ts';
import { atBestRates } from '../../../core/comparison/best-rate.ts';
import { compareInitializers } from '../../../core/comparison/compare-initializers.ts';
import type { ComparedTrial } from '../../../core/comparison/comparison.ts';
import { parseSweep } from '../../../core/sweep/parse-sweep.ts';
import type { TrialOutcomeRow } from '../../../storage/sweep-store.ts';

const seeds = [1, 2, 3, 4, 5, 6];
const budget = 20;

function trialsOf(
  initializer: string,
  activation: string,
  outcome: (seed: number) => Partial<ComparedTrial>,
): ComparedTrial[] {
  return seeds.map((seed) => ({
    initializer,
    activation,
    network: 'mlp',
    normalization: 'none',
    depth: 8,
    width: 32,
    learningRate: 0.1,
    optimizer: 'sgd',
    batchSize: 64,
    dataset: 'digits',
    seed,
    state: 'notConverged',
    epochsToTarget: null,
    epochsRun: budget,
    testLoss: 2.3,
    testAccuracy: 0.1,
    ...outcome(seed),
  }));
}
const reached = (epochs: number) => (seed: number) =>
  ({ state: 'converged', epochsToTarget: epochs, testAccuracy: 0.95 + seed / 1000 }) as const;

const comparisons = compareInitializers(
  [
    ...trialsOf('heNormal', 'relu', reached(4)),
    ...trialsOf('zeros', 'relu', () => ({})),
    ...trialsOf('normal(sd=2)', 'relu', () => ({ state: 'diverged', testAccuracy: null, testLoss: null })),
    ...trialsOf('heNormal', 'tanh', reached(5)),
    ...trialsOf('glorotNormal', 'tanh', reached(5)),
    ...trialsOf('heNormal', 'sigmoid', () => ({})),
    ...trialsOf('zeros', 'sigmoid', (seed) =>
      seed < 3 ? { state: 'failed', testAccuracy: null, testLoss: null } : {},
    ),
  ],
  { epochs: budget, target: {} },
);
const flat = (table: string): string => table.replaceAll(/[│├─┤┼┌┐└┘┬┴]/g, ' ').replaceAll(/ +/g, ' ');

describe('resultTable', () => {
  test('has a row for each network and a column for each initializer, with censoring shown', () => {
    const lines = flat(resultTable(comparisons)).split('\n');
    expect(lines.find((line) => line.includes('glorotNormal'))).toContain(
      'network glorotNormal heNormal normal(sd=2) zeros',
    );
    expect(lines.find((line) => line.includes('relu'))).toContain('relu · depth 8 4 · 95.3 % diverged > 20 · 10.0 %');
  });
});

describe('comparisonTable', () => {
  test('ranks the initializers of each network with counts, censored medians and intervals', () => {
    const lines = flat(comparisonTable(comparisons)).split('\n');
    const relu = lines.slice(lines.findIndex((line) => line.includes('relu · depth 8')));
    expect(relu[1]).toMatch(/1 heNormal 6 6 0 4 \[4, 4\] 95\.\d \[95\.\d, 95\.\d\]/);
    expect(relu[2]).toMatch(/2 zeros 6 0 0 > 20 10\.0 \[10\.0, 10\.0\] 1\.00 \[1\.00, 1\.00\]/);
    expect(relu[3]).toMatch(/3 normal\(sd=2\) 6 0 6 > 20/);
    expect(relu[4]).toContain('-> best: heNormal');
  });

  test('shows trials that failed beside those that count, and what stays undecided', () => {
    const text = flat(comparisonTable(comparisons));
    expect(text).toContain('zeros 4 (2 failed)');
    expect(text).toMatch(/-> undecided among 1 and 2: .*overlap/);
  });
});

describe('bestRatesTable', () => {
  test('shows the rates that the halves of the seeds are reported at, and marks the ends of those tried', () => {
    const { choices } = atBestRates(
      [0.01, 0.03, 0.1].flatMap((learningRate) =>
        [
          ...trialsOf('heNormal', 'relu', (seed) =>
            reached(Math.abs(learningRate - (seed % 2 ? 0.03 : 0.1)) + 1)(seed),
          ),
          ...trialsOf('zeros', 'relu', (seed) => reached(learningRate + 1)(seed)),
        ].map((trial) => ({ ...trial, learningRate, bestValidationLoss: null, bestValidationAccuracy: 0.5 })),
      ),
      { epochs: budget, target: {} },
    );
    const lines = flat(bestRatesTable(choices)).split('\n');
    expect(lines.find((line) => line.includes('relu'))).toContain('relu · depth 8 0.03, 0.1 ↑ 0.01 ↓');
  });
});

describe('answer', () => {
  test('says in words what is ahead, what is undecided, what never arrives and what diverges', () => {
    const sentences = answer(comparisons);
    expect(sentences).toContain('heNormal is ahead of all others for relu · depth 8.');
    expect(sentences.find((sentence) => sentence.startsWith('Undecided for tanh · depth 8'))).toContain('glorotNormal');
    expect(sentences).toContain('zeros never met the target for relu · depth 8.');
    expect(sentences).toContain('No initializer met the target for sigmoid · depth 8 within the epochs given.');
    expect(sentences).toContain('Trials of normal(sd=2) diverged for relu · depth 8.');
    expect(sentences.filter((sentence) => sentence.includes('ahead'))).toHaveLength(1);
  });
});

describe('where trials were given up', () => {
  const file = {
    name: 'raced',
    axes: { initializer: ['heNormal', 'zeros'], activation: ['relu', 'tanh'], depth: 8, seed: seeds },
    training: { epochs: budget },
    adaptive: { pruning: { method: 'ashaStopping', minEpochs: 3, reduction: 2 } },
  };
  const givenUp = { state: 'pruned', testAccuracy: null, testLoss: null, epochsRun: 3 } as const;
  const outcomes = [
    ...trialsOf('heNormal', 'relu', reached(9)),
    ...trialsOf('zeros', 'relu', () => givenUp),
    ...trialsOf('heNormal', 'tanh', (seed) => (seed < 3 ? givenUp : reached(9)(seed))),
    ...trialsOf('zeros', 'tanh', (seed) => (seed > 3 ? givenUp : reached(9)(seed))),
  ];
  const raced = compareInitializers(outcomes, { epochs: budget, target: {} });

  test('tables count them, and show no result that is of the spared ones alone', () => {
    expect(flat(resultTable(raced))).toContain('relu · depth 8 9 · 95.3 % given up');
    const text = flat(comparisonTable(raced));
    expect(text).toContain('2 zeros 6 (6 pruned) 0 0 > 3 - 1.00 [1.00, 1.00]');
    expect(text).toContain('zeros 6 (3 pruned) 3 0');
  });

  test('the answer speaks of a race, of what was spared and of what stays open', () => {
    expect(answer(raced)).toEqual([
      'heNormal is ahead of all others in the race for relu · depth 8.',
      expect.stringMatching(
        /^Undecided for tanh · depth 8: .*5 of their trials were given up early and count as behind\)\.$/,
      ),
      'zeros was behind for relu · depth 8: its trials were given up early, or did not meet the target.',
    ]);
    const rows = outcomes.map((trial) => ({ ...trial, reused: false })) as unknown as TrialOutcomeRow[];
    expect(pruningText(parseSweep(file), rows, raced)).toEqual([
      'Pruning: 11 trials were given up after epoch 3, which spared 187 of 480 epochs (39 %).',
      expect.stringContaining('count as behind'),
      'What it may have cost: 1 of 2 comparisons are open between initializers of which trials were given up.',
    ]);
    expect(pruningText(parseSweep({ ...file, adaptive: undefined }), rows, raced)).toEqual([]);
  });
});

describe('numbers', () => {
  test('show an open end of an interval and nothing where there is none', () => {
    expect(intervalText({ low: 3, high: null }, String)).toBe('[3, ?]');
    expect(intervalText({ low: null, high: null }, String)).toBe('');
    expect(metricText(0.12345, 'testLoss')).toBe('0.123');
    expect(metricText(null, 'testAccuracy')).toBe('-');
    expect(listText(['a', 'b', 'c'])).toBe('a, b and c');
  });
});
