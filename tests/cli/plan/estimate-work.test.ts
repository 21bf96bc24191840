import { describe, expect, test } from 'vitest';
import { estimateWork, trialWork } from '../../../cli/plan/estimate-work.ts';
import { measureStepsPerSecond } from '../../../cli/plan/measure-rate.ts';
import { parseSweep } from '../../../core/sweep/parse-sweep.ts';
import { createPlan } from '../../../core/sweep/plan.ts';
import { chooseBackend } from '../../../training/backends/choose-backend.ts';
import { loadDataset } from '../../../training/datasets/load-dataset.ts';

const plan = createPlan(
  parseSweep({
    name: 'estimate',
    axes: { initializer: ['heNormal', 'glorotNormal'], activation: ['relu'], depth: [1, 3], seed: [1, 2, 3] },
    training: { dataset: 'digits', width: 16, batchSize: 32, epochs: 2, learningRate: 0.1, optimizer: 'sgd' },
  }),
);
const load: Parameters<typeof estimateWork>[1] = (spec) => loadDataset(spec, { datasetFolder: null });

describe('estimateWork', () => {
  test('counts the operations of one trial as by hand', async () => {
    const dataset = await load({ name: 'digits', split: 0 });
    const config = Array.from({ length: plan.gridSize }, (_, number) => plan.decode(number).config).find(
      ({ depth }) => depth === 1,
    )!;
    const work = trialWork(config, dataset);
    // Kernels 64 x 16 and 16 x 10.
    const [first, second] = [64 * 16, 16 * 10];
    const steps = 2 * Math.floor(dataset.splits.train.examples / 32);
    const training = steps * 2 * 32 * (2 * first + 3 * second);
    const validation = 2 * 2 * dataset.splits.validation.examples * (first + second);
    expect(work).toMatchObject({ layerSizes: [64, 16, 10], steps, flops: training + validation });
  });

  test('sums over all trials of the grid, and is typical of where the work lies', async () => {
    const work = await estimateWork(plan, load);
    let flops = 0;
    for (let number = 0; number < plan.gridSize; number += 1) {
      const { config } = plan.decode(number);
      flops += trialWork(config, await load(config.dataset)).flops;
    }
    expect(work?.flops).toBe(flops);
    expect(work?.typical.config.depth).toBe(3);
  });
});

describe('measureStepsPerSecond', () => {
  test('measures a rate on a real backend', async () => {
    const work = await estimateWork(plan, load);
    const { backend } = await chooseBackend('cpu');
    // The reference does between 10 and 100,000 steps of so small a network a second on any machine.
    const rate = await measureStepsPerSecond(backend, work!.typical);
    await backend.dispose();
    expect(rate).toBeGreaterThan(10);
    expect(rate).toBeLessThan(100_000);
  });
});
