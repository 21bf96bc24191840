import { describe, expect, it } from 'vitest';
import type { Activation } from '../../core/activations/activation.ts';
import { createCpuBackend } from '../../training/backends/cpu/cpu-backend.ts';
import { lsuvExamples, rescaleToUnitVariance } from '../../training/lsuv.ts';
import { parameterLayout } from '../../training/parameter-layout.ts';
import { moments } from '../../training/probes/moments.ts';
import { randomState, shapeAndData, type ShapeOptions } from '../contracts/backend/cases.ts';

const rows = Uint32Array.from({ length: lsuvExamples }, (_, row) => row);
const lsuv = { name: 'lsuv', tolerance: 1e-3, maxIterations: 10 } as const;

async function stackWith(activation: Activation, scale: number, build: ShapeOptions = {}) {
  const { shape, dataset } = shapeAndData(
    { activation, widths: [12, 12, 12, 12], ...build },
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

  it.each([1, 2])(
    'brings what each layer adds to a residual stream with blocks of %i layers to variance 1',
    async (blockLayers) => {
      const { stack, state } = await stackWith({ name: 'relu' }, 0.05, { network: { name: 'residual', blockLayers } });
      await rescaleToUnitVariance(stack, 0, state, lsuv, rows);
      const signals = await stack.signals(0, rows);
      signals.slice(0, -1).forEach(({ preActivations }, index) => {
        const endsBlock = index >= blockLayers && (index + 1) % blockLayers === 0;
        const brought = endsBlock
          ? signals[index - blockLayers]!.preActivations
          : new Float32Array(preActivations.length);
        const { variance } = moments(preActivations.map((z, i) => z - brought[i]!));
        expect(Math.abs(variance - 1)).toBeLessThanOrEqual(lsuv.tolerance);
      });
    },
  );

  it('brings the layers of a convolution to variance 1', async () => {
    const { stack, state } = await stackWith({ name: 'tanh' }, 0.1, {
      network: { name: 'convolution', kernelSize: 3 },
    });
    await rescaleToUnitVariance(stack, 0, state, lsuv, rows);
    for (const { preActivations } of await stack.signals(0, rows)) {
      expect(Math.abs(moments(preActivations).variance - 1)).toBeLessThanOrEqual(lsuv.tolerance);
    }
  });

  it.each(['layer', 'batch'] as const)(
    'leaves hidden layers alone that have variance 1 by %s normalization',
    async (normalization) => {
      const { stack, state } = await stackWith({ name: 'tanh' }, 1, { normalization });
      const { count, layers } = parameterLayout(stack.shape);
      const parameters = state.parameters.slice();
      for (const { bias, gain, units } of layers) {
        parameters.fill(0, bias, bias + units);
        if (gain !== null) parameters.fill(1, gain, gain + units);
      }
      stack.place(0, { ...state, parameters });
      await rescaleToUnitVariance(stack, 0, { ...state, parameters }, lsuv, rows);
      const output = layers.at(-1)!.kernel;
      const after = (await stack.read(0)).parameters;
      expect(after).toHaveLength(count);
      expect(after.subarray(0, output)).toEqual(parameters.subarray(0, output));
      expect(after.subarray(output)).not.toEqual(parameters.subarray(output));
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
