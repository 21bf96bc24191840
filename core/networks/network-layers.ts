import { BugError } from '../errors.ts';
import { plainBuild, type ImageSize, type NetworkBuild } from './network.ts';

/** One layer of weights and what surrounds it. */
export interface NetworkLayer {
  /** Inputs of a unit: rows of its kernel. */
  readonly fanIn: number;
  /** Weights that an input takes part in: its units, in a convolution times the kernel's area. */
  readonly fanOut: number;
  /** Units, or channels: columns of its kernel. */
  readonly units: number;
  /** Side of the kernel on the image, 1 for a dense layer; fanIn holds its area. */
  readonly kernelSize: number;
  /** Places at which the kernel is applied: pixels of a convolution, else 1. */
  readonly positions: number;
  /** Index of the layer whose weighted sums are added to this one's; null where there is no shortcut. */
  readonly shortcutFrom: number | null;
  readonly normalized: boolean;
  readonly place: LayerPlace;
}

/** Where a layer stands: a residual branch is the layers that a shortcut spans. */
export type LayerPlace =
  | { readonly kind: 'hidden' | 'output' }
  | {
      readonly kind: 'branch';
      /** Branches of the network. */
      readonly branches: number;
      /** Layers of weights of this one. */
      readonly layers: number;
      /** Whether it is the last layer of its branch. */
      readonly isLast: boolean;
    };

/** What a network's layers follow from. */
export interface NetworkSizes extends NetworkBuild {
  /** [inputs, width, ..., width, outputs]. */
  readonly layerSizes: readonly number[];
  /** Size of the inputs as an image; a convolution needs one. */
  readonly image: ImageSize | null;
}

/**
 * A network's layers of weights, first hidden layer first, linear output layer last.
 *
 * - Weighted sums of layer l: s = W u, u the activations before it (the patches of them, in a convolution), plus its bias where it is
 *   not normalized, plus s of layer `shortcutFrom`. Its pre-activation z is s, or, normalized, gain * (s - mean) / sqrt(variance +
 *   epsilon) + bias. u = f(z).
 * - residual: layers m, 2m, 3m, ... carry the stream, m = blockLayers; the first m layers have no shortcut, for inputs have another size.
 *   The shortcut goes past the activation and the normalization (He et al. 2016, "identity mappings").
 * - convolution: all hidden layers; the output layer sees the mean over the pixels.
 *
 * Throws BugError for a convolution without an image.
 */
export function networkLayers({ layerSizes, network, normalization, image }: NetworkSizes): NetworkLayer[] {
  const hidden = layerSizes.length - 2;
  const block = network.name === 'residual' ? network.blockLayers : null;
  const kernelSize = network.name === 'convolution' ? network.kernelSize : 1;
  if (network.name === 'convolution' && image === null)
    throw new BugError('a convolution without images', { layerSizes });
  return layerSizes.slice(1).map((units, index): NetworkLayer => {
    const isHidden = index < hidden;
    const before = layerSizes[index]!;
    const inBranch = block !== null && isHidden && index >= block;
    const endsBranch = inBranch && (index + 1) % block === 0;
    const convolved = isHidden && network.name === 'convolution';
    const area = convolved ? kernelSize ** 2 : 1;
    return {
      fanIn: area * (convolved && index === 0 ? image!.channels : before),
      fanOut: area * units,
      units,
      kernelSize: convolved ? kernelSize : 1,
      positions: convolved ? image!.height * image!.width : 1,
      shortcutFrom: endsBranch ? index - block : null,
      normalized: isHidden && normalization.name !== 'none',
      place: inBranch
        ? { kind: 'branch', branches: Math.floor(hidden / block) - 1, layers: block, isLast: endsBranch }
        : { kind: isHidden ? 'hidden' : 'output' },
    };
  });
}

/** Sizes of a multilayer perceptron without normalization. */
export function plainSizes(layerSizes: readonly number[]): NetworkSizes {
  return { ...plainBuild, layerSizes, image: null };
}
