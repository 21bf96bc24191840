import { expect, test } from 'vitest';
import { applyScale, fitScale } from '../../../training/datasets/standardize.ts';

const values = [1, 0.1, 3, 0.1, 5, 0.1, 1000, 7];
const train = Uint32Array.of(0, 1, 2);

test('takes mean and deviation of each column from the training rows alone', () => {
  const scale = fitScale(values, 2, train, 'perFeature');
  expect(scale.mean[0]).toBe(3);
  expect(scale.sd[0]).toBe(Math.sqrt(8 / 3));
  const other = applyScale(values, scale, Uint32Array.of(3));
  expect(other[0]).toBe(Math.fround(997 / Math.sqrt(8 / 3)));
});

test('maps a column without variance in the training rows to 0, outside of them too', () => {
  const scale = fitScale(values, 2, train, 'perFeature');
  expect([...applyScale(values, scale, Uint32Array.of(0, 1, 2, 3))].filter((_, i) => i % 2 === 1)).toEqual([
    0, 0, 0, 0,
  ]);
});

test('uses one mean and one deviation for all columns of images', () => {
  const scale = fitScale([0, 4, 2, 6], 2, Uint32Array.of(0, 1), 'overall');
  expect([...scale.mean]).toEqual([3, 3]);
  expect([...scale.sd]).toEqual([Math.sqrt(5), Math.sqrt(5)]);
});

test('maps images of a single colour to 0', () => {
  const scale = fitScale([0.1, 0.1, 0.1, 0.1], 2, Uint32Array.of(0, 1), 'overall');
  expect([...applyScale([0.1, 0.1, 0.1, 0.1], scale, Uint32Array.of(0, 1))]).toEqual([0, 0, 0, 0]);
});
