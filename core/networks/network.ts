/** How the hidden layers hang together. Depth counts hidden layers in all of them; width is their units, or channels. */
export type Network =
  | { readonly name: 'mlp' }
  | {
      readonly name: 'residual';
      /** Hidden layers that a shortcut spans. */
      readonly blockLayers: number;
    }
  | {
      readonly name: 'convolution';
      /** Side of the square kernels; odd. */
      readonly kernelSize: number;
    };

/** What is done to the weighted sums of a hidden layer before the activation. */
export type Normalization = { readonly name: 'none' | 'layer' | 'batch' };

/** Size of an image; its pixels stand row after row, the channels of a pixel side by side. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** All of a network's build but its sizes. */
export interface NetworkBuild {
  readonly network: Network;
  readonly normalization: Normalization;
}

/** Where nothing else is asked for. */
export const plainBuild: NetworkBuild = { network: { name: 'mlp' }, normalization: { name: 'none' } };

/** Whether it is the multilayer perceptron without normalization. */
export function isPlain({ network, normalization }: NetworkBuild): boolean {
  return network.name === 'mlp' && normalization.name === 'none';
}

/** What is wrong with a depth for a network, as the end of a sentence about the network; null where it fits. */
export function depthMismatch(network: Network, depth: number): string | null {
  if (network.name !== 'residual') return null;
  const { blockLayers } = network;
  if (depth % blockLayers === 0 && depth >= 2 * blockLayers) return null;
  return `needs a depth of two blocks or more of ${blockLayers} layers each, not ${depth}: choose ${2 * blockLayers}, ${3 * blockLayers}, ...`;
}

/** Added to a variance before its root is taken, so that equal values are no division by 0 (Ioffe, Szegedy 2015, algorithm 1). */
export const normalizationEpsilon = 1e-5;
