import { initializeLayer } from '../core/initializers/initialize-layer.ts';
import { randomStream } from '../core/random/random-stream.ts';
import { RememberedNormals } from '../core/random/remembered-normals.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { SlotState, Stack, StackShape } from './backend.ts';
import { lsuvExamples, rescaleToUnitVariance } from './lsuv.ts';
import { parameterLayout } from './parameter-layout.ts';

/** Of the normals that kernels are drawn from, bytes: those of 30 seeds at depth 8 and width 128. */
const remembered = new RememberedNormals(2 ** 25);

/**
 * Places a trial before its first step into a slot; where the initializer is `lsuv`, scaled on a batch of its own from
 * the `examples` training rows. Throws what initializeLayer throws.
 */
export async function placeInitialState(
  stack: Stack,
  slot: number,
  config: TrialConfig,
  examples: number,
): Promise<void> {
  const state = initialState(config, stack.shape);
  stack.place(slot, state);
  if (config.initializer.name !== 'lsuv') return;
  const rows = Uint32Array.from({ length: examples }, (_, row) => row);
  randomStream(config.seed, 'lsuv').shuffle(rows);
  await rescaleToUnitVariance(stack, slot, state, config.initializer, rows.subarray(0, lsuvExamples));
}

/** A trial before its first step: every layer drawn from a stream of its own, so that layer 3 is the same at any depth. Gains are 1. */
function initialState(config: TrialConfig, shape: StackShape): SlotState {
  const { initializer, activation, seed, learningRate, optimizer } = config;
  const layout = parameterLayout(shape);
  const parameters = new Float32Array(layout.count);
  layout.layers.forEach(({ fanIn, fanOut, units, kernelSize, place, kernel, bias, gain }, index) => {
    const stream = randomStream(seed, 'kernel', index + 1).remember(remembered);
    const layer = { fanIn, fanOut, activation, kernelArea: kernelSize ** 2, place };
    const initial = initializeLayer(initializer, layer, stream);
    parameters.set(initial.kernel, kernel);
    parameters.set(initial.bias, bias);
    if (gain !== null) parameters.fill(1, gain, gain + units);
  });
  return { parameters, moments: null, step: 0, learningRate, optimizer };
}
