import { randomStream } from '../core/random/random-stream.ts';

/** Optimizer steps of one epoch; the rest of the examples that fills no batch is left out, each epoch another one. */
export function stepsPerEpoch(examples: number, batchSize: number): number {
  return Math.floor(examples / batchSize);
}

/**
 * Training rows of one epoch [stepsPerEpoch, batchSize] in the order in which a trial of this seed sees them. A pure
 * function: epoch 17 can be had without the sixteen before it.
 */
export function epochOrder(seed: number, epoch: number, examples: number, batchSize: number): Uint32Array {
  const rows = new Uint32Array(examples);
  // A loop, for this runs once per trial and epoch: Uint32Array.from takes longer than the shuffling.
  for (let row = 0; row < examples; row++) rows[row] = row;
  randomStream(seed, 'order', epoch).shuffle(rows);
  return rows.subarray(0, stepsPerEpoch(examples, batchSize) * batchSize);
}
