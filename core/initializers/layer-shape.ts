import type { Activation } from '../activations/activation.ts';
import type { LayerPlace } from '../networks/network-layers.ts';

/** What an initializer may look at of a layer. */
export interface LayerShape {
  /** Inputs of a unit: of a convolution the kernel's area times the channels. */
  readonly fanIn: number;
  /** Weights that an input takes part in: units, of a convolution the kernel's area times the channels. */
  readonly fanOut: number;
  /** The network's activation: gains and slopes come from it in every layer, the linear output layer included. */
  readonly activation: Activation;
  /** Area of a convolution's kernel; absent: 1, a dense layer. */
  readonly kernelArea?: number;
  /** Absent: a hidden layer outside of residual branches. */
  readonly place?: LayerPlace;
}

/** Columns of a layer's kernel [fanIn, units]. */
export function unitsOf({ fanOut, kernelArea = 1 }: LayerShape): number {
  return fanOut / kernelArea;
}
