import { describe, expect, it } from 'vitest';
import { lineChart } from '../../../cli/charts/line-chart.ts';
import { rateSensitivityCharts } from '../../../cli/charts/rate-sensitivity.ts';
import { atBestRates, type RatedTrial } from '../../../core/comparison/best-rate.ts';
import { compareInitializers } from '../../../core/comparison/compare-initializers.ts';

const training = { epochs: 20, target: null };

function trials(activation: string, learningRate: number, initializer: string, accuracy: number | null): RatedTrial[] {
  return [1, 2, 3, 4].map((seed) => ({
    initializer,
    activation,
    network: 'mlp',
    normalization: 'none',
    depth: 8,
    width: 32,
    learningRate,
    optimizer: 'sgd',
    batchSize: 64,
    dataset: 'digits',
    seed,
    state: accuracy === null ? 'diverged' : 'notConverged',
    epochsToTarget: null,
    epochsRun: 20,
    testLoss: null,
    testAccuracy: accuracy === null ? null : accuracy + seed / 1000,
    bestValidationLoss: null,
    bestValidationAccuracy: accuracy,
  }));
}

const all = [
  ...trials('relu', 0.1, 'heNormal', null),
  ...trials('relu', 0.01, 'heNormal', 0.9),
  ...trials('relu', 0.01, 'zeros', 0.1),
  ...trials('relu', 0.03, 'heNormal', 0.95),
  ...trials('tanh', 0.03, 'heNormal', 0.95),
];

describe('rateSensitivityCharts', () => {
  it('has a chart for each network with several rates, and a line for each initializer over all of them', () => {
    const charts = rateSensitivityCharts(compareInitializers(all, training));
    expect(charts.map(({ title }) => title)).toEqual(['relu · depth 8']);
    const [he, zeros] = charts[0]!.lines;
    expect(he!.label).toBe('heNormal');
    expect(he!.points.map(({ x }) => x)).toEqual([0.01, 0.03, 0.1]);
    // Interquartile mean of 0.901 to 0.904; a diverged trial is right about nothing.
    expect(he!.points.map(({ y }) => y)).toEqual([expect.closeTo(0.9025, 9), expect.closeTo(0.9525, 9), 0]);
    expect(he!.points[0]!.low).toBeGreaterThan(0.9);
    expect(zeros!.points.map(({ y }) => y)).toEqual([expect.closeTo(0.1025, 9), null, null]);
    expect(lineChart(charts[0]!)).toContain('learning rate');
  });

  it('has none for trials at their best rates, which are no axis any more', () => {
    const best = atBestRates(all, training).trials;
    expect(rateSensitivityCharts(compareInitializers(best, training))).toEqual([]);
  });
});
