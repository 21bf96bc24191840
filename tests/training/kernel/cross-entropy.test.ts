import { describe, expect, it } from 'vitest';
import { plainSizes } from '../../../core/networks/network-layers.ts';
import type { Backend, StackShape } from '../../../training/backend.ts';
import type { Dataset } from '../../../training/datasets/dataset.ts';
import { kernels } from './kernels.ts';

/** A few roundings of 2^-24: outputs are float32 exactly, and the loss is computed from them. */
const tolerance = 1e-6;

/** Loss of one example of class `target`, and its gradient, where the network's outputs are `outputs`: its only biases. */
async function lossOf(
  backend: Backend,
  outputs: readonly number[],
  target: number,
): Promise<{ loss: number; gradient: number[] }> {
  const split = { examples: 1, inputs: Float32Array.of(1), targets: Int32Array.of(target) };
  const dataset: Dataset = {
    name: 'one example',
    task: 'classification',
    inputs: 1,
    image: null,
    outputs: outputs.length,
    splits: { train: split, validation: split, test: split },
    hash: 'one example',
  };
  const shape: StackShape = {
    ...plainSizes([1, outputs.length]),
    activation: { name: 'linear' },
    loss: 'crossEntropy',
    batchSize: 1,
    optimizer: 'sgd',
  };
  const stack = await backend.createStack(shape, dataset, 1);
  const kernel = outputs.map(() => 0);
  const parameters = Float32Array.from([...kernel, ...outputs]);
  stack.place(0, { parameters, moments: null, step: 0, learningRate: 0, optimizer: { name: 'sgd' } });
  const [sums] = await stack.evaluate([0], 'test');
  const [layer] = await stack.signals(0, Uint32Array.of(0));
  stack.dispose();
  return { loss: sums!.lossSum, gradient: [...layer!.preActivationGradients] };
}

/** The same in double precision: loss and gradient without cancellation, from log1p and the sum of the other terms. */
function exact(outputs: readonly number[], target: number): { loss: number; gradient: number[] } {
  const shifted = outputs.map((o) => Math.exp(o - outputs[target]!));
  const others = shifted.reduce((sum, e, k) => sum + (k === target ? 0 : e), 0);
  return {
    loss: Math.log1p(others),
    gradient: shifted.map((e, k) => (k === target ? -others : e) / (1 + others)),
  };
}

describe.each(kernels)('softmax cross entropy of the kernel $name', ({ createBackend }) => {
  const cases: readonly (readonly [string, readonly number[], number])[] = [
    ['two equal outputs', [0, 0], 1],
    ['a hopeless example', [0, 30], 0],
    ['a confident example', [20, 0, 1, -3], 0],
    ['a very confident example', [60, 0], 0],
    ['outputs close together', [0.25, 0.251, 0.2495], 2],
    ['large outputs', [4096, 4095.5, 4094], 1],
    ['a thousand classes', Array.from({ length: 1_000 }, (_, k) => Math.fround(Math.sin(k))), 17],
    ['thirteen classes', Array.from({ length: 13 }, (_, k) => Math.fround(k / 3)), 12],
  ];

  it.each(cases)('is within 1e-6 of double precision for %s', async (_, outputs, target) => {
    const actual = await lossOf(await createBackend(), outputs, target);
    const expected = exact(outputs, target);
    expect(Math.abs(actual.loss / expected.loss - 1)).toBeLessThan(tolerance);
    actual.gradient.forEach((g, k) => {
      expect(Math.abs(g - expected.gradient[k]!)).toBeLessThan(tolerance * Math.abs(expected.gradient[k]!) + 2 ** -99);
    });
  });

  it('is NaN wherever one output is', async () => {
    const backend = await createBackend();
    for (const bad of [0, 1, 2]) {
      const outputs = [1, 2, 3].map((o, k) => (k === bad ? NaN : o));
      for (const target of [0, 1, 2]) expect((await lossOf(backend, outputs, target)).loss).toBeNaN();
    }
  });
});
