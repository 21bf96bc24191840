import type { StackShape } from './backend.ts';

const references = 512;
/** Of a convolution, each of which gives a value at every pixel. */
const imageReferences = 64;

/**
 * How many training examples batch normalization takes its means and variances from at evaluation: the first ones of the training split,
 * which is in random order, sent through the network as it is then. They stand in for running averages (Ioffe, Szegedy 2015, take such
 * population statistics, too, in algorithm 2): the evaluation follows from the weights alone, so there is no further state to keep.
 */
export function referenceExamples({ network }: StackShape, trainExamples: number): number {
  return Math.min(trainExamples, network.name === 'convolution' ? imageReferences : references);
}
