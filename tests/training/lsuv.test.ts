import { describe, expect, it } from 'vitest';
import type { Activation } from '../../core/activations/activation.ts';
import { createCpuBackend } from '../../training/backends/cpu/cpu-backend.ts';
import { lsuvExamples, rescaleToUnitVariance } from '../../training/lsuv.ts';
import { moments } from '../../training/probes/moments.ts';
import { randomState, shapeAndData } from '../contracts/backend/cases.ts';

const rows = Uint32Array.from({ length: lsuvExamples }, (_, row) => row);
const lsuv = { name: 'lsuv', tolerance: 1e-3, maxIterations: 10 } as const;

async function stackWith(activation: Activation, scale: number) {
  const { shape, dataset } = shapeAndData(
    { activation, widths: [12, 12, 12] },
    { examples: { train: 300, validation: 1, test: 1 } },
  );
  const state = randomState(shape, 5, { name: 'sgd' });
  const scaled = { ...state, parameters: state.parameters.map((w) => w * scale) };
  const stack = await createCpuBackend().createStack(shape, dataset, 1);
  stack.place(0, scaled);
  return { stack, state: scaled };
}

describe('lsuv', () => {
  it.each([{ name: 'relu' }, { name: 'tanh' }, { name: 'sigmoid' }] as const)(
    'brings every layer’s pre-activations to variance 1 under $name',
    async (activation) => {
      const { stack, state } = await stackWith(activation, 0.05);
      await rescaleToUnitVariance(stack, 0, state, lsuv, rows);
      for (const { preActivations } of await stack.signals(0, rows)) {
        expect(Math.abs(moments(preActivations).variance - 1)).toBeLessThanOrEqual(lsuv.tolerance);
      }
    },
  );

  it('only scales: directions, biases and the state before the first step stay', async () => {
    const { stack, state } = await stackWith({ name: 'tanh' }, 3);
    await rescaleToUnitVariance(stack, 0, state, lsuv, rows);
    const after = await stack.read(0);
    expect(after).toMatchObject({ step: 0, moments: null });
    const ratios = Array.from(after.parameters.subarray(0, 6 * 12), (w, i) => w / state.parameters[i]!);
    for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0]!, 5);
    expect(after.parameters.subarray(6 * 12, 7 * 12)).toEqual(state.parameters.subarray(6 * 12, 7 * 12));
  });

  it('leaves a network without variance as it is', async () => {
    const { stack, state } = await stackWith({ name: 'relu' }, 0);
    await rescaleToUnitVariance(stack, 0, state, lsuv, rows);
    expect((await stack.read(0)).parameters).toEqual(state.parameters);
  });
});
