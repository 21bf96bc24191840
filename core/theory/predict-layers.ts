import type { Activation } from '../activations/activation.ts';
import type { Initializer } from '../initializers/initializer.ts';
import { weightDistribution } from '../initializers/weight-distribution.ts';
import { isPlain, normalizationEpsilon, plainBuild, type NetworkBuild } from '../networks/network.ts';
import { networkLayers, type NetworkLayer } from '../networks/network-layers.ts';
import { lengthFluctuation, type LengthFluctuation } from './finite-width.ts';
import { activationMean, activationMoment, slopeMoment } from './mean-field.ts';

/** The network that is asked about; without network and normalization the plain one. */
export interface PredictedNetwork extends Partial<NetworkBuild> {
  readonly initializer: Initializer;
  readonly activation: Activation;
  /** Units of each layer, [inputs, hidden 1, ..., hidden depth, outputs]. */
  readonly layerSizes: readonly number[];
  /** Second moment E[x^2] of an input; standardized inputs have 1. */
  readonly inputMoment?: number;
  /** Variance of the first hidden layer's pre-activations where it is known (measured, say), in place of what `inputMoment` gives; of a normalized one nothing follows. */
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

/** Why theory says nothing of a network, as a sentence; null where it predicts its layers. */
export function whyUnpredicted({ initializer, network, normalization }: PredictedNetwork): string | null {
  if (initializer.name === 'identity' || (initializer.name === 'constant' && initializer.value !== 0)) {
    return 'Its weights are no independent draws of mean 0: mean-field theory predicts nothing for a network of them.';
  }
  if (network?.name === 'convolution') {
    return 'No theory here: at the edges of an image a convolution sees zeros, which mean-field theory (Xiao et al. 2018) leaves out.';
  }
  if (normalization?.name === 'batch') {
    return 'No theory here: batch normalization ties the examples of a batch together, which needs a theory of its own (Yang et al. 2019).';
  }
  return null;
}

/**
 * Mean-field prediction for every layer of a dense network (Poole et al. 2016; Schoenholz et al. 2017), with each layer's own fanIn and
 * fanOut, the input and output layers included. Forward, the weighted sums have q' = fanIn Var(w) E[h^2] + Var(b), backward
 * E[d^2] = E[f'^2] fanOut' Var(w') E[d'^2], both in the mean over networks; the forward one is exact for relu and its kin at
 * any width, else up to terms of order depth / width. `lsuv` is taken to reach its aim, weighted sums of variance 1.
 *
 * A shortcut adds up what is uncorrelated, for weights have mean 0: the variances of the sums on the way forward, the gradients' second
 * moments on the way back (Yang, Schoenholz 2017, for their residual networks). Layer normalization divides by the root of the variance v of
 * the sums, in a wide layer the same for all units: pre-activations have variance v / (v + epsilon) + Var(b), and a
 * gradient's second moment is divided by v + epsilon.
 *
 * @returns null where whyUnpredicted says why
 * @throws UserError from `critical` where the activation has no critical point
 */
export function predictLayers(network: PredictedNetwork): LayerPrediction[] | null {
  if (whyUnpredicted(network) !== null) return null;
  const build = { ...plainBuild, ...network };
  const forward = predictForward(network, networkLayers({ ...build, layerSizes: network.layerSizes, image: null }));
  const backward = predictBackward(network.activation, forward);
  const output = forward.at(-1)!;
  return forward.map((layer, i) => ({
    layer: i + 1,
    preActivationVariance: layer.q,
    activationVariance: layer === output ? layer.q : layer.moment - activationMean(network.activation, layer.q) ** 2,
    backpropagatedRatio: Math.sqrt(backward[i]!.byPreActivations),
    kernelGradientRatio: Math.sqrt(
      (layer.fanIn * layer.inputMoment * layer.units * backward[i]!.bySums) /
        (output.fanIn * output.inputMoment * output.units),
    ),
    fluctuation: isPlain(build)
      ? lengthFluctuation(
          network.activation,
          forward.slice(0, Math.min(i + 1, forward.length - 1)).map(({ units }) => units),
        )
      : null,
  }));
}

interface ForwardLayer extends NetworkLayer {
  readonly weightVariance: number;
  /** E[h^2] of what comes in. */
  readonly inputMoment: number;
  /** Variance of the weighted sums, what a shortcut brings included. */
  readonly sums: number;
  /** Variance of the pre-activations. */
  readonly q: number;
  /** E[f(z)^2] of what goes out; of the output layer E[z^2]. */
  readonly moment: number;
}

function predictForward(network: PredictedNetwork, layers: readonly NetworkLayer[]): ForwardLayer[] {
  const { initializer, activation, firstVariance } = network;
  const forward: ForwardLayer[] = [];
  let inputMoment = network.inputMoment ?? 1;
  layers.forEach((layer, i) => {
    const { fanIn, fanOut, place, normalized, shortcutFrom } = layer;
    const drawn = weightDistribution(initializer, { fanIn, fanOut, activation, place });
    const incoming = fanIn * inputMoment;
    const isScaled = initializer.name === 'lsuv' && incoming > 0 && !normalized;
    const weightVariance = isScaled ? 1 / incoming : drawn.variance;
    const own = weightVariance * incoming + (normalized ? 0 : drawn.biasVariance);
    const brought = shortcutFrom === null ? 0 : forward[shortcutFrom]!.sums;
    const sums = i === 0 && !normalized ? (firstVariance ?? own) : own + brought;
    const q = normalized ? sums / (sums + normalizationEpsilon) + drawn.biasVariance : sums;
    const moment = place.kind === 'output' ? q : activationMoment(activation, q);
    forward.push({ ...layer, weightVariance, inputMoment, sums, q, moment });
    inputMoment = moment;
  });
  return forward;
}

/** Second moments of the gradient per unit. */
interface BackwardLayer {
  readonly byPreActivations: number;
  /** By the weighted sums; the same where they are the pre-activations. */
  readonly bySums: number;
}

/** Of each layer, 1 at the output layer. */
function predictBackward(activation: Activation, forward: readonly ForwardLayer[]): BackwardLayer[] {
  const backward: BackwardLayer[] = forward.map(() => ({ byPreActivations: 1, bySums: 1 }));
  for (let i = forward.length - 2; i >= 0; i--) {
    const { q, sums, normalized } = forward[i]!;
    const next = forward[i + 1]!;
    const throughNext = slopeMoment(activation, q) * next.units * next.weightVariance * backward[i + 1]!.bySums;
    const shortcut = forward.findIndex(({ shortcutFrom }) => shortcutFrom === i);
    const throughShortcut = shortcut < 0 ? 0 : backward[shortcut]!.bySums;
    const bySums = (normalized ? throughNext / (sums + normalizationEpsilon) : throughNext) + throughShortcut;
    backward[i] = { byPreActivations: normalized ? throughNext : bySums, bySums };
  }
  return backward;
}
