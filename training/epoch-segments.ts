import type { StackShape } from './backend.ts';
import { parameterLayout } from './parameter-layout.ts';

/** Longest segment: reading the sums takes about as long as a step on a GPU, and next to nothing elsewhere. */
const mostSteps = 32;
/** Multiplications and additions of a segment, a second of work or so on one core. */
const segmentWork = 2 ** 32;

/**
 * Steps after which a running epoch's sums are read, which is where checkpoints may lie within it. Fixed by the shape, never by
 * time or company: a sum of sums is rounded otherwise than one long sum, so the cuts are part of a trial's numbers.
 */
export function segmentSteps(shape: StackShape): number {
  // Forward products, and two backward ones of the same size; each of a layer's numbers takes part at every position.
  const products = parameterLayout(shape).layers.reduce(
    (sum, { fanIn, units, positions }) => sum + positions * (fanIn + 1) * units,
    0,
  );
  const work = 3 * shape.batchSize * products;
  return Math.max(1, Math.min(mostSteps, Math.floor(segmentWork / work)));
}
