import type { Initializer } from '../core/initializers/initializer.ts';
import type { SlotState, Stack } from './backend.ts';
import { parameterLayout } from './parameter-layout.ts';
import { moments } from './probes/moments.ts';

/** Training examples of the batch that the layers are scaled on. */
export const lsuvExamples = 256;

/**
 * Layer-sequential unit-variance (Mishkin, Matas 2015, algorithm 1): layer after layer, divides the kernel by the standard
 * deviation of the layer's pre-activations on `rows` until their variance is 1 within the tolerance, or the iterations
 * are spent. A layer whose variance is 0 or not finite stays as it is.
 *
 * Leaves the scaled network in the slot; `state` is what was placed there.
 */
export async function rescaleToUnitVariance(
  stack: Stack,
  slot: number,
  state: SlotState,
  { tolerance, maxIterations }: Extract<Initializer, { name: 'lsuv' }>,
  rows: Uint32Array,
): Promise<void> {
  const parameters = state.parameters.slice();
  for (const [index, { kernel, bias }] of parameterLayout(stack.shape.layerSizes).layers.entries()) {
    for (let iteration = 0; iteration < maxIterations; iteration++) {
      const signals = await stack.signals(slot, rows);
      const { variance } = moments(signals[index]!.preActivations);
      if (variance === 0 || !Number.isFinite(variance) || Math.abs(variance - 1) <= tolerance) break;
      for (let i = kernel; i < bias; i++) parameters[i]! /= Math.sqrt(variance);
      stack.place(slot, { ...state, parameters });
    }
  }
}
