import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { GroupSizes } from '../../../training/backends/tfjs/groups.ts';
import { createTfjsBackend } from '../../../training/backends/tfjs/tfjs-backend.ts';
import { createTfjsWasmBackend } from '../../../training/backends/tfjs/tfjs-wasm-backend.ts';
import { optimizers, randomBatches, randomState, shapeAndData } from '../../contracts/backend/cases.ts';
import { backendContract } from '../../contracts/backend-contract.ts';

const allocated = (): number => tf.memory().numTensors;

backendContract('tfjsWasm', createTfjsWasmBackend, { allocated });

/** The code of native and cuda, which compute several slots by one op, on the library that is always there. */
async function grouped(groupSizes: GroupSizes) {
  const about = await createTfjsWasmBackend();
  return createTfjsBackend({ ...about, tf, groupSizes: () => groupSizes });
}

backendContract('tfjsWasm in groups as native', () => grouped({ fewest: 2, most: 16 }), { allocated });
backendContract('tfjsWasm in groups as cuda', () => grouped({ fewest: 4, most: 4 }), { allocated });

describe('tfjs backends', () => {
  it('hold as many tensors after 1,000 steps as after one', async () => {
    const backend = await grouped({ fewest: 2, most: 2 });
    const { shape, dataset } = shapeAndData({ optimizer: 'adam', widths: [4] });
    const stack = await backend.createStack(shape, dataset, 3);
    for (const slot of [0, 1, 2]) stack.place(slot, randomState(shape, slot, optimizers[3]!));
    const train = async (steps: number): Promise<number> => {
      const rows = randomBatches(1, 0, steps, shape.batchSize, dataset.splits.train.examples);
      await stack.train([0, 1, 2], Uint32Array.from([...rows, ...rows, ...rows]), steps);
      return allocated();
    };
    const before = await train(1);
    expect(await train(1000)).toBe(before);
    stack.dispose();
  });

  it('keep one copy of a data set on the device, for as long as a stack uses it', async () => {
    const backend = await grouped({ fewest: 1, most: 1 });
    const { shape, dataset } = shapeAndData();
    const empty = allocated();
    const first = await backend.createStack(shape, dataset, 1);
    const one = allocated();
    const second = await backend.createStack(shape, dataset, 1);
    expect(one).toBeGreaterThan(empty);
    expect(allocated()).toBe(one);
    first.dispose();
    first.dispose();
    expect(allocated()).toBe(one);
    second.dispose();
    expect(allocated()).toBe(empty);
  });

  it.each(['relu', 'hardTanh', 'softplus'] as const)('let NaN through %s, so that divergence shows', async (name) => {
    const backend = await grouped({ fewest: 1, most: 1 });
    const { shape, dataset } = shapeAndData({ activation: { name } });
    const stack = await backend.createStack(shape, dataset, 1);
    const state = randomState(shape, 1, { name: 'sgd' });
    // The first weight of the first layer: one unit's pre-activations are NaN.
    stack.place(0, { ...state, parameters: state.parameters.map((w, i) => (i === 0 ? NaN : w)) });
    const [sums] = await stack.evaluate([0], 'validation');
    expect(sums!.lossSum).toBeNaN();
    stack.dispose();
  });
});
