/** Training steps and evaluations. */
import { outputDeltas, propagateDeltas, sumDeltas, swapDeltas, updateLayer } from './backward';
import { forward } from './forward';
import { gather, Network } from './network';
import { beginUpdate } from './optimizer';
import { Slot } from './slot';

/** One optimizer step on the `rows` examples whose numbers stand at `numbers`. */
function trainStep(network: Network, slot: Slot, numbers: usize, rows: i32): void {
  gather(network, numbers, rows);
  forward(network, slot, rows, true, true);
  outputDeltas(network, slot, rows);
  slot.step += 1;
  beginUpdate(network.optimizer, slot);
  for (let index = network.layerCount - 1; index >= 0; index--) {
    sumDeltas(network, slot, index, rows);
    // The deltas below need this layer's kernel as it was before the step.
    if (index > 0) propagateDeltas(network, slot, index, rows);
    updateLayer(network, slot, index, rows);
    if (index > 0) swapDeltas(network);
  }
}

/** `steps` optimizer steps; `numbers` [steps, rows] (u32) are example numbers. */
export function train(network: Network, slot: Slot, numbers: usize, rows: i32, steps: i32): void {
  for (let step = 0; step < steps; step++) {
    trainStep(network, slot, numbers, rows);
    numbers += <usize>rows << 2;
  }
}

/** Keeps the statistics of the examples numbered at `numbers`, for batch normalization to evaluate with. */
export function measure(network: Network, slot: Slot, numbers: usize, rows: i32): void {
  gather(network, numbers, rows);
  forward(network, slot, rows, false, true);
}

/** Adds loss and correct predictions of the examples numbered at `numbers` to `sums`; changes no parameter. */
export function evaluate(network: Network, slot: Slot, numbers: usize, rows: i32, sums: Slot): void {
  gather(network, numbers, rows);
  forward(network, slot, rows, false, false);
  outputDeltas(network, sums, rows);
}
