import type { Activation } from '../activations/activation.ts';

/** What an initializer may look at of a dense layer. */
export interface LayerShape {
  readonly fanIn: number;
  readonly fanOut: number;
  /** The network's activation: gains and slopes come from it in every layer, the linear output layer included. */
  readonly activation: Activation;
}
