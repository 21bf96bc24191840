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
    expect(work).toMatchObject({ shape: { layerSizes: [64, 16, 10] }, steps, flops: training + validation });
  });

  test('sums over all trials of the grid, and is typical of where the work lies', async () => {
    const work = await estimateWork(plan, load);
    let flops = 0;
    for (let number = 0; number < plan.gridSize; number += 1) {
      const { config } = plan.decode(number);
      flops += trialWork(config, await load(config.dataset)).flops;
    }
    expect(work.flops).toBe(flops);
    expect(work.typical.config.depth).toBe(3);
  });

  test('counts a convolution at every pixel', async () => {
    const images = createPlan(
      parseSweep({
        name: 'images',
        axes: { initializer: 'heNormal', activation: 'relu', depth: 2, seed: 1, network: 'convolution' },
        training: { epochs: 1, width: 4 },
      }),
    );
    const { flops } = await estimateWork(images, load);
    const { examples } = (await load({ name: 'digits', split: 0 })).splits.train;
    const steps = Math.floor(examples / 64);
    // 3 x 3 kernels at 8 x 8 pixels: 1 to 4 channels, 4 to 4 channels; then 4 to 10 outputs.
    const [first, second, last] = [64 * 9 * 4, 64 * 9 * 16, 40];
    const training = steps * 2 * 64 * (2 * first + 3 * (second + last));
    expect(flops).toBeGreaterThan(training);
    expect(flops).toBeLessThan(1.1 * training);
  });
});

describe('measureStepsPerSecond', () => {
  test('measures a rate on a real backend', async () => {
    const work = await estimateWork(plan, load);
    const { backend } = await chooseBackend('cpu');
    // The reference does between 10 and 100,000 steps of so small a network a second on any machine.
    const rate = await measureStepsPerSecond(backend, work.typical);
    await backend.dispose();
    expect(rate).toBeGreaterThan(10);
    expect(rate).toBeLessThan(100_000);
  });
});
