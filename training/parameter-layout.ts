/** Where one layer's numbers lie in a trial's flat parameters. */
export interface LayerLayout {
  readonly fanIn: number;
  readonly fanOut: number;
  /** Offset of the kernel [fanIn, fanOut], row-major. */
  readonly kernel: number;
  /** Offset of the bias [fanOut], right after the kernel. */
  readonly bias: number;
}

export interface ParameterLayout {
  /** Trainable numbers of the network. */
  readonly count: number;
  readonly layers: readonly LayerLayout[];
}

/** The order of SlotState.parameters for a network of these sizes: per layer kernel, then bias. */
export function parameterLayout(layerSizes: readonly number[]): ParameterLayout {
  const layers: LayerLayout[] = [];
  let count = 0;
  for (let layer = 1; layer < layerSizes.length; layer++) {
    const [fanIn = 0, fanOut = 0] = layerSizes.slice(layer - 1, layer + 1);
    layers.push({ fanIn, fanOut, kernel: count, bias: count + fanIn * fanOut });
    count += fanIn * fanOut + fanOut;
  }
  return { count, layers };
}
