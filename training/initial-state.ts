import { initializeLayer } from '../core/initializers/initialize-layer.ts';
import { randomStream } from '../core/random/random-stream.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { SlotState } from './backend.ts';
import { parameterLayout } from './parameter-layout.ts';

/** A trial before its first step: every layer drawn from a stream of its own, so that layer 3 is the same at any depth. */
export function initialState(config: TrialConfig, layerSizes: readonly number[]): SlotState {
  const { initializer, activation, seed, learningRate, optimizer } = config;
  const layout = parameterLayout(layerSizes);
  const parameters = new Float32Array(layout.count);
  layout.layers.forEach(({ fanIn, fanOut, kernel, bias }, index) => {
    const stream = randomStream(seed, 'kernel', index + 1);
    const initial = initializeLayer(initializer, { fanIn, fanOut, activation }, stream);
    parameters.set(initial.kernel, kernel);
    parameters.set(initial.bias, bias);
  });
  return { parameters, moments: null, step: 0, learningRate, optimizer };
}
