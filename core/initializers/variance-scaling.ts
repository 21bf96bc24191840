import type { Activation } from '../activations/activation.ts';
import type { RandomStream } from '../random/random-stream.ts';
import { resolveGain } from './gain.ts';
import type { Initializer } from './initializer.ts';
import { unitsOf, type LayerShape } from './layer-shape.ts';

/** The initializers whose weights are independent, of mean 0, and of a stated variance and distribution. */
export type ScalingInitializer = Extract<Initializer, { readonly name: keyof typeof DISTRIBUTION }>;

export type ScalingDistribution = 'normal' | 'uniform' | 'truncatedNormal';

const DISTRIBUTION = {
  normal: 'normal',
  truncatedNormal: 'truncatedNormal',
  uniform: 'uniform',
  lecunNormal: 'normal',
  lecunUniform: 'uniform',
  lecunTruncatedNormal: 'truncatedNormal',
  glorotNormal: 'normal',
  glorotUniform: 'uniform',
  glorotTruncatedNormal: 'truncatedNormal',
  commonHeuristic: 'uniform',
  heNormal: 'normal',
  heUniform: 'uniform',
  heTruncatedNormal: 'truncatedNormal',
} as const satisfies Partial<Record<Initializer['name'], ScalingDistribution>>;

/** Standard deviation of a standard normal cut at +-2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)). */
const SD_AFTER_CUT = 0.8796256610342398;
const CUT = 2;

/** A kernel [fanIn, units] of independent weights with the initializer's variance and distribution. */
export function scaledKernel(initializer: ScalingInitializer, shape: LayerShape, stream: RandomStream): Float32Array {
  const kernel = new Float32Array(shape.fanIn * unitsOf(shape));
  fill(kernel, DISTRIBUTION[initializer.name], Math.sqrt(scalingVariance(initializer, shape)), stream);
  return kernel;
}

/** The family that an initializer draws its weights from. */
export function scalingDistribution(initializer: ScalingInitializer): ScalingDistribution {
  return DISTRIBUTION[initializer.name];
}

/** Largest size of a weight of standard deviation `sd`; Infinity where there is none. */
export function largestWeight(distribution: ScalingDistribution, sd: number): number {
  switch (distribution) {
    case 'normal':
      return Infinity;
    case 'uniform':
      // The variance of a uniform on [-limit, limit] is limit^2 / 3.
      return Math.sqrt(3) * sd;
    case 'truncatedNormal':
      return (CUT * sd) / SD_AFTER_CUT;
  }
}

/** The variance that an initializer gives each weight of a layer. */
export function scalingVariance(initializer: ScalingInitializer, { fanIn, fanOut, activation }: LayerShape): number {
  switch (initializer.name) {
    case 'normal':
    case 'truncatedNormal':
      return initializer.sd ** 2;
    case 'uniform':
      return initializer.limit ** 2 / 3;
    case 'lecunNormal':
    case 'lecunUniform':
    case 'lecunTruncatedNormal':
      return resolveGain(initializer.gain, activation) ** 2 / fanIn;
    case 'glorotNormal':
    case 'glorotUniform':
    case 'glorotTruncatedNormal':
      return (resolveGain(initializer.gain, activation) ** 2 * 2) / (fanIn + fanOut);
    case 'commonHeuristic':
      return 1 / (3 * fanIn);
    case 'heNormal':
    case 'heUniform':
    case 'heTruncatedNormal': {
      const fan = initializer.mode === 'fanIn' ? fanIn : fanOut;
      const slope = initializer.slope === 'activation' ? negativeSlope(activation) : initializer.slope;
      return 2 / ((1 + slope ** 2) * fan);
    }
  }
}

/** He's a: the slope of the negative side where the activation has a straight one other than 0. */
function negativeSlope(activation: Activation): number {
  return activation.name === 'leakyRelu' ? activation.slope : 0;
}

function fill(kernel: Float32Array, distribution: ScalingDistribution, sd: number, stream: RandomStream): void {
  switch (distribution) {
    case 'normal':
      stream.fillNormal(kernel, 0, sd);
      return;
    case 'uniform': {
      const limit = largestWeight(distribution, sd);
      stream.fillUniform(kernel, -limit, limit);
      return;
    }
    case 'truncatedNormal':
      fillTruncatedNormal(kernel, sd, stream);
  }
}

/** Normal numbers drawn again beyond two standard deviations, and widened so that `sd` is the one after the cut. */
function fillTruncatedNormal(kernel: Float32Array, sd: number, stream: RandomStream): void {
  const scale = sd / SD_AFTER_CUT;
  for (let i = 0; i < kernel.length; i++) {
    let z = stream.normal();
    while (Math.abs(z) > CUT) z = stream.normal();
    kernel[i] = scale * z;
  }
}
