import { networkLayers, type NetworkLayer, type NetworkSizes } from '../core/networks/network-layers.ts';

/** Where one layer's numbers lie in a trial's flat parameters. */
export interface LayerLayout extends NetworkLayer {
  /** Offset of the kernel [fanIn, units], row-major; rows of a convolution go pixel by pixel over the kernel, channel by channel within. */
  readonly kernel: number;
  /** Offset of the bias [units], right after the kernel. */
  readonly bias: number;
  /** Offset of the normalization's gain [units], right after the bias; null where there is none. */
  readonly gain: number | null;
}

export interface ParameterLayout {
  /** Trainable numbers of the network. */
  readonly count: number;
  readonly layers: readonly LayerLayout[];
}

/** The order of SlotState.parameters for a network of these sizes: per layer kernel, bias, and gain where it is normalized. */
export function parameterLayout(sizes: NetworkSizes): ParameterLayout {
  const layers: LayerLayout[] = [];
  let count = 0;
  for (const layer of networkLayers(sizes)) {
    const { fanIn, units, normalized } = layer;
    const bias = count + fanIn * units;
    layers.push({ ...layer, kernel: count, bias, gain: normalized ? bias + units : null });
    count = bias + units * (normalized ? 2 : 1);
  }
  return { count, layers };
}
