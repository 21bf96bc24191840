import type { RandomStream } from '../random/random-stream.ts';
import { criticalPoint } from '../theory/critical-point.ts';
import { resolveGain } from './gain.ts';
import type { Initializer } from './initializer.ts';
import type { LayerShape } from './layer-shape.ts';
import { orthogonalKernel } from './orthogonal.ts';
import { sparseKernel } from './sparse.ts';
import { scaledKernel } from './variance-scaling.ts';

/** A dense layer's first parameters. */
export interface InitialLayer {
  /** [fanIn, fanOut], row-major: entry i * fanOut + j is the weight from input i to unit j. */
  readonly kernel: Float32Array;
  /** [fanOut]; 0 but for `critical` and `meanField`. */
  readonly bias: Float32Array;
}

/**
 * Draws a layer's parameters. Every rule, its formula and its source stand in `initializerCatalogue`. The same
 * arguments and a fresh stream give the same bits (what the last bits depend on: see `randomStream`). `lsuv` gives its
 * orthogonal start; the rescaling needs data and is the trainer's.
 *
 * @throws UserError from `critical` where the activation has no critical point.
 */
export function initializeLayer(initializer: Initializer, shape: LayerShape, stream: RandomStream): InitialLayer {
  const { fanIn, fanOut, activation } = shape;
  switch (initializer.name) {
    case 'zeros':
      return withoutBias(new Float32Array(fanIn * fanOut), fanOut);
    case 'constant':
      return withoutBias(new Float32Array(fanIn * fanOut).fill(initializer.value), fanOut);
    case 'orthogonal':
      return withoutBias(orthogonalKernel(shape, resolveGain(initializer.gain, activation), stream), fanOut);
    case 'lsuv':
      return withoutBias(orthogonalKernel(shape, 1, stream), fanOut);
    case 'identity':
      return withoutBias(identityKernel(shape, resolveGain(initializer.gain, activation)), fanOut);
    case 'sparse':
      return withoutBias(sparseKernel(shape, initializer.k, initializer.sd, stream), fanOut);
    case 'critical':
      return meanFieldLayer(shape, criticalPoint(activation, initializer.sigmaB).sigmaW, initializer.sigmaB, stream);
    case 'meanField':
      return meanFieldLayer(shape, initializer.sigmaW, initializer.sigmaB, stream);
    default:
      return withoutBias(scaledKernel(initializer, shape, stream), fanOut);
  }
}

function withoutBias(kernel: Float32Array, fanOut: number): InitialLayer {
  return { kernel, bias: new Float32Array(fanOut) };
}

/** The gain on the main diagonal, also where the kernel is not square: the first min(fanIn, fanOut) inputs pass straight through. */
function identityKernel({ fanIn, fanOut }: LayerShape, gain: number): Float32Array {
  const kernel = new Float32Array(fanIn * fanOut);
  for (let i = 0; i < Math.min(fanIn, fanOut); i++) kernel[i * fanOut + i] = gain;
  return kernel;
}

/** Kernel N(0, sigmaW^2 / fanIn), biases N(0, sigmaB^2). */
function meanFieldLayer(
  { fanIn, fanOut }: LayerShape,
  sigmaW: number,
  sigmaB: number,
  stream: RandomStream,
): InitialLayer {
  const kernel = new Float32Array(fanIn * fanOut);
  const bias = new Float32Array(fanOut);
  stream.fillNormal(kernel, 0, sigmaW / Math.sqrt(fanIn));
  stream.fillNormal(bias, 0, sigmaB);
  return { kernel, bias };
}
