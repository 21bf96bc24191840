import type { RandomStream } from '../random/random-stream.ts';
import { criticalPoint } from '../theory/critical-point.ts';
import { fixupVariance } from './fixup.ts';
import { resolveGain } from './gain.ts';
import type { Initializer } from './initializer.ts';
import { unitsOf, type LayerShape } from './layer-shape.ts';
import { orthogonalKernel } from './orthogonal.ts';
import { sparseKernel } from './sparse.ts';
import { scaledKernel } from './variance-scaling.ts';

/** A layer's first parameters. */
export interface InitialLayer {
  /** [fanIn, units], row-major: entry i * units + j is the weight from input i to unit j. */
  readonly kernel: Float32Array;
  /** [units]; 0 but for `critical` and `meanField`. */
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
  const { fanIn, activation } = shape;
  const units = unitsOf(shape);
  switch (initializer.name) {
    case 'zeros':
      return withoutBias(new Float32Array(fanIn * units), units);
    case 'constant':
      return withoutBias(new Float32Array(fanIn * units).fill(initializer.value), units);
    case 'orthogonal':
      return withoutBias(orthogonalKernel(fanIn, units, resolveGain(initializer.gain, activation), stream), units);
    case 'lsuv':
      return withoutBias(orthogonalKernel(fanIn, units, 1, stream), units);
    case 'identity':
      return withoutBias(identityKernel(shape, resolveGain(initializer.gain, activation)), units);
    case 'sparse':
      return withoutBias(sparseKernel(fanIn, units, initializer.k, initializer.sd, stream), units);
    case 'critical':
      return meanFieldLayer(shape, criticalPoint(activation, initializer.sigmaB).sigmaW, initializer.sigmaB, stream);
    case 'meanField':
      return meanFieldLayer(shape, initializer.sigmaW, initializer.sigmaB, stream);
    case 'deltaOrthogonal':
      return withoutBias(deltaOrthogonalKernel(shape, resolveGain(initializer.gain, activation), stream), units);
    case 'fixup': {
      const kernel = new Float32Array(fanIn * units);
      const sd = Math.sqrt(fixupVariance(shape));
      if (sd > 0) stream.fillNormal(kernel, 0, sd);
      return withoutBias(kernel, units);
    }
    default:
      return withoutBias(scaledKernel(initializer, shape, stream), units);
  }
}

function withoutBias(kernel: Float32Array, units: number): InitialLayer {
  return { kernel, bias: new Float32Array(units) };
}

/**
 * The gain on the main diagonal, also where the kernel is not square: the first min(inputs, units) inputs pass straight through. In a
 * convolution that is the centre of the kernel, so that every pixel passes through.
 */
function identityKernel(shape: LayerShape, gain: number): Float32Array {
  const { kernel, first, inputs, units } = emptyKernel(shape);
  for (let i = 0; i < Math.min(inputs, units); i++) kernel[(first + i) * units + i] = gain;
  return kernel;
}

/** Orthogonal from pixel to pixel, nothing from their neighbours (Xiao et al. 2018). */
function deltaOrthogonalKernel(shape: LayerShape, gain: number, stream: RandomStream): Float32Array {
  const { kernel, first, inputs, units } = emptyKernel(shape);
  kernel.set(orthogonalKernel(inputs, units, gain, stream), first * units);
  return kernel;
}

/** A kernel of zeros [fanIn, units], and the rows [first, first + inputs) of its centre: of a dense layer, all. */
function emptyKernel(shape: LayerShape) {
  const { fanIn, kernelArea = 1 } = shape;
  const units = unitsOf(shape);
  const inputs = fanIn / kernelArea;
  return { kernel: new Float32Array(fanIn * units), first: ((kernelArea - 1) / 2) * inputs, inputs, units };
}

/** Kernel N(0, sigmaW^2 / fanIn), biases N(0, sigmaB^2). */
function meanFieldLayer(shape: LayerShape, sigmaW: number, sigmaB: number, stream: RandomStream): InitialLayer {
  const { fanIn } = shape;
  const units = unitsOf(shape);
  const kernel = new Float32Array(fanIn * units);
  const bias = new Float32Array(units);
  stream.fillNormal(kernel, 0, sigmaW / Math.sqrt(fanIn));
  stream.fillNormal(bias, 0, sigmaB);
  return { kernel, bias };
}
