import type { StackShape } from './backend.ts';
import { momentCount } from './optimizers.ts';
import { parameterLayout } from './parameter-layout.ts';

/**
 * Memory of one slot, bytes: parameters and moments, and what a step on a batch leaves on its way (per layer what the kernel is
 * multiplied with, weighted sums, activations and their gradients).
 */
export function slotBytes(shape: StackShape): number {
  const { count, layers } = parameterLayout(shape);
  const values = layers.reduce((sum, { fanIn, units, positions }) => sum + positions * (fanIn + 4 * units), 0);
  return 4 * (count * (1 + momentCount[shape.optimizer]) + shape.batchSize * values);
}
