import type { Initializer } from '../core/initializers/initializer.ts';
import type { NetworkLayer } from '../core/networks/network-layers.ts';
import type { LayerSignals, SlotState, Stack } from './backend.ts';
import { parameterLayout } from './parameter-layout.ts';
import { moments } from './probes/moments.ts';

/** Training examples of the batch that the layers are scaled on. */
export const lsuvExamples = 256;

/**
 * Layer-sequential unit-variance (Mishkin, Matas 2015, algorithm 1): layer after layer, divides the kernel by the standard
 * deviation of the layer's pre-activations on `rows` until their variance is 1 within the tolerance, or the iterations
 * are spent. What a shortcut adds to a layer is not its own and does not count; a normalized layer has that variance as it is. A layer whose variance is 0 or not finite stays as it is.
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
  for (const [index, { kernel, bias, ...layer }] of parameterLayout(stack.shape).layers.entries()) {
    for (let iteration = 0; iteration < maxIterations; iteration++) {
      const signals = await stack.signals(slot, rows);
      const { variance } = moments(ownOutputs(layer, index, signals));
      if (variance === 0 || !Number.isFinite(variance) || Math.abs(variance - 1) <= tolerance) break;
      for (let i = kernel; i < bias; i++) parameters[i]! /= Math.sqrt(variance);
      stack.place(slot, { ...state, parameters });
    }
  }
}

/** Pre-activations of a layer without what its shortcut brings. */
function ownOutputs(
  { shortcutFrom, normalized }: Pick<NetworkLayer, 'shortcutFrom' | 'normalized'>,
  index: number,
  signals: readonly LayerSignals[],
): Float32Array {
  const { preActivations } = signals[index]!;
  if (shortcutFrom === null || normalized) return preActivations;
  const brought = signals[shortcutFrom]!.preActivations;
  return preActivations.map((z, i) => z - brought[i]!);
}
