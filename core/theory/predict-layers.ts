import type { Activation } from '../activations/activation.ts';
import type { Initializer } from '../initializers/initializer.ts';
import { weightDistribution } from '../initializers/weight-distribution.ts';
import { lengthFluctuation, type LengthFluctuation } from './finite-width.ts';
import { activationMean, activationMoment, slopeMoment } from './mean-field.ts';

/** The network that is asked about. */
export interface PredictedNetwork {
  readonly initializer: Initializer;
  readonly activation: Activation;
  /** Units of each layer, [inputs, hidden 1, ..., hidden depth, outputs]. */
  readonly layerSizes: readonly number[];
  /** Second moment E[x^2] of an input; standardized inputs have 1. */
  readonly inputMoment?: number;
  /** Variance of the first hidden layer's pre-activations where it is known (measured, say), in place of what `inputMoment` gives. */
  readonly firstVariance?: number;
}

/** What theory says of one layer before training; `layer` 1 is the first hidden layer, the last one is the linear output. */
export interface LayerPrediction {
  readonly layer: number;
  readonly preActivationVariance: number;
  /** Variance of the layer's activations over units and inputs; that of the pre-activations for the output layer. */
  readonly activationVariance: number;
  /** RMS of the loss's gradient by the pre-activations, over that of the output layer. */
  readonly backpropagatedRatio: number;
  /** Norm of one example's gradient by the kernel, over that of the output layer's kernel. */
  readonly kernelGradientRatio: number;
  /** How far networks of these widths scatter around the prediction; null where no formula is known for the activation. */
  readonly fluctuation: LengthFluctuation | null;
}

/**
 * Mean-field prediction for every layer of a dense network (Poole et al. 2016; Schoenholz et al. 2017), with each layer's own fanIn and
 * fanOut, the input and output layers included. Forward q' = fanIn Var(w) E[h^2] + Var(b), backward
 * E[d^2] = E[f'^2] fanOut' Var(w') E[d'^2], both in the mean over networks; the forward one is exact for relu and its kin at
 * any width, else up to terms of order depth / width. `lsuv` is taken to reach its aim, pre-activations of variance 1.
 *
 * @returns null for `constant` and `identity`, whose weights are no independent draws of mean 0: this theory does not hold
 * @throws UserError from `critical` where the activation has no critical point
 */
export function predictLayers(network: PredictedNetwork): LayerPrediction[] | null {
  const { initializer } = network;
  if (initializer.name === 'identity' || (initializer.name === 'constant' && initializer.value !== 0)) return null;
  const forward = predictForward(network);
  const backward = predictBackward(network.activation, forward);
  const output = forward.at(-1)!;
  return forward.map((layer, i) => ({
    layer: i + 1,
    preActivationVariance: layer.q,
    activationVariance: layer === output ? layer.q : layer.moment - activationMean(network.activation, layer.q) ** 2,
    backpropagatedRatio: Math.sqrt(backward[i]!),
    kernelGradientRatio: Math.sqrt(
      (layer.fanIn * layer.inputMoment * layer.fanOut * backward[i]!) /
        (output.fanIn * output.inputMoment * output.fanOut),
    ),
    fluctuation: lengthFluctuation(
      network.activation,
      forward.slice(0, Math.min(i + 1, forward.length - 1)).map(({ fanOut }) => fanOut),
    ),
  }));
}

interface ForwardLayer {
  readonly fanIn: number;
  readonly fanOut: number;
  readonly weightVariance: number;
  /** E[h^2] of what comes in. */
  readonly inputMoment: number;
  readonly q: number;
  /** E[f(z)^2] of what goes out; of the output layer E[z^2]. */
  readonly moment: number;
}

function predictForward(network: PredictedNetwork): ForwardLayer[] {
  const { initializer, activation, layerSizes, firstVariance } = network;
  const layers: ForwardLayer[] = [];
  let inputMoment = network.inputMoment ?? 1;
  for (let i = 1; i < layerSizes.length; i++) {
    const fanIn = layerSizes[i - 1]!;
    const fanOut = layerSizes[i]!;
    const drawn = weightDistribution(initializer, { fanIn, fanOut, activation });
    const incoming = fanIn * inputMoment;
    const weightVariance = initializer.name === 'lsuv' && incoming > 0 ? 1 / incoming : drawn.variance;
    const predicted = weightVariance * incoming + drawn.biasVariance;
    const q = i === 1 ? (firstVariance ?? predicted) : predicted;
    const moment = i === layerSizes.length - 1 ? q : activationMoment(activation, q);
    layers.push({ fanIn, fanOut, weightVariance, inputMoment, q, moment });
    inputMoment = moment;
  }
  return layers;
}

/** E[d^2] per unit of each layer, 1 at the output layer. */
function predictBackward(activation: Activation, forward: readonly ForwardLayer[]): number[] {
  const backward = forward.map(() => 1);
  for (let i = forward.length - 2; i >= 0; i--) {
    const next = forward[i + 1]!;
    backward[i] = slopeMoment(activation, forward[i]!.q) * next.fanOut * next.weightVariance * backward[i + 1]!;
  }
  return backward;
}
