import type { Backend } from '../../training/backend.ts';
import { epochOrder } from '../../training/epoch-order.ts';
import { placeInitialState } from '../../training/initial-state.ts';
import type { TrialWork } from './estimate-work.ts';

const measuredMs = 700;

/**
 * Trains a full stack of this trial for under a second, and answers how many of its steps (summed over the stack) one
 * trainer does in a second. The first step, which may have to compile or allocate, does not count.
 */
export async function measureStepsPerSecond(backend: Backend, { config, dataset, shape }: TrialWork): Promise<number> {
  const { batchSize } = config;
  const capacity = backend.preferredCapacity;
  const stack = await backend.createStack(shape, dataset, capacity);
  try {
    const slots = Array.from({ length: capacity }, (_, slot) => slot);
    const batches = new Uint32Array(capacity * batchSize);
    for (const slot of slots) {
      await placeInitialState(stack, slot, { ...config, seed: slot }, dataset.splits.train.examples);
      batches.set(
        epochOrder(slot, 1, dataset.splits.train.examples, batchSize).subarray(0, batchSize),
        slot * batchSize,
      );
    }
    const step = async (): Promise<void> => {
      await stack.train(slots, batches, 1);
      // Reading back waits for a device that works on its own time.
      await stack.takeTrainSums(slots);
    };
    await step();
    const started = performance.now();
    let steps = 0;
    do {
      await step();
      steps += capacity;
    } while (performance.now() - started < measuredMs);
    return steps / ((performance.now() - started) / 1000);
  } finally {
    stack.dispose();
  }
}
