import { expect, test } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { loadDataset } from '../../../training/datasets/load-dataset.ts';
import { makeGaussian, makeSpirals, makeTeacher } from '../../../training/datasets/synthetic.ts';

const teacher = { name: 'teacher', inputs: 6, outputs: 2, hidden: 5, examples: 4000, seed: 1, split: 1 } as const;
const spirals = { name: 'spirals', examples: 400, noise: 0.02, seed: 1, split: 1 } as const;
const gaussian = { name: 'gaussian', inputs: 6, outputs: 2, examples: 4000, seed: 1, split: 1 } as const;

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const covariance = (x: readonly number[], y: readonly number[]) =>
    mean(x.map((value, i) => value * y[i]!)) - mean(x) * mean(y);
  return covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
}

const column = (values: ArrayLike<number>, columns: number, which: number) =>
  Array.from({ length: values.length / columns }, (_, row) => values[row * columns + which]!);

test.each([
  ['teacher', (seed: number) => makeTeacher({ ...teacher, seed })],
  ['spirals', (seed: number) => makeSpirals({ ...spirals, seed })],
  ['gaussian', (seed: number) => makeGaussian({ ...gaussian, seed })],
])('%s is fixed by its seed', (_, make) => {
  expect(make(1)).toEqual(make(1));
  expect(make(2)).not.toEqual(make(1));
});

test('the teacher answers each input in one way, bounded as tanh is', () => {
  const { features, targets, outputs } = makeTeacher(teacher);
  // |V tanh(Wx)| <= sum |V|, and a linear readout of it is far from independent of the inputs.
  const strongest = Math.max(
    ...Array.from({ length: teacher.inputs }, (_, input) =>
      Math.abs(correlation(column(features, teacher.inputs, input), column(targets, outputs, 0))),
    ),
  );
  expect(strongest).toBeGreaterThan(0.2);
  const more = makeTeacher({ ...teacher, examples: 10 });
  expect([...more.targets]).toEqual([...targets.subarray(0, 20)]);
});

test('standardizes the targets of a regression by the training split', async () => {
  const { splits, task, outputs } = await loadDataset(teacher, { datasetFolder: null });
  expect([task, outputs]).toEqual(['regression', 2]);
  for (const which of [0, 1]) {
    const values = column(splits.train.targets, outputs, which);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeCloseTo(0, 6);
    expect(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length).toBeCloseTo(1, 5);
  }
});

test('gaussian targets do not depend on the inputs', () => {
  const { features, targets } = makeGaussian(gaussian);
  for (let input = 0; input < gaussian.inputs; input++) {
    // Standard error of a correlation of 4,000 independent pairs: 1 / sqrt(4000) = 0.016; five of them.
    expect(Math.abs(correlation(column(features, 6, input), column(targets, 2, 0)))).toBeLessThan(0.08);
  }
});

test('the two spirals are each other turned by half a turn, and do not touch without noise', () => {
  const { features, targets, examples } = makeSpirals({ ...spirals, noise: 0 });
  expect(targets.filter((arm) => arm === 0)).toHaveLength(200);
  for (let example = 0; example < examples; example++) {
    const [x, y] = [features[example * 2]!, features[example * 2 + 1]!];
    const sign = targets[example] === 0 ? 1 : -1;
    const radius = Math.hypot(x, y);
    const angle = 3 * Math.PI * radius;
    expect(x).toBeCloseTo(sign * radius * Math.cos(angle), 9);
    expect(y).toBeCloseTo(sign * radius * Math.sin(angle), 9);
  }
});

test('refuses a synthetic set that would not fit into memory', async () => {
  const huge = { ...gaussian, inputs: 100_000, examples: 1_000_000 };
  await expect(loadDataset(huge, { datasetFolder: null })).rejects.toThrow(UserError);
});
