import type { Tensor } from '@tensorflow/tfjs-core';
import type { StackShape } from '../../backend.ts';
import { parameterLayout, type LayerLayout } from '../../parameter-layout.ts';
import { activationOps } from './activation-ops.ts';
import { normalizationOps, type Statistics } from './normalization-ops.ts';
import { gatherPatches, reversedKernel } from './patch-ops.ts';
import type { TensorFlow } from './tensorflow.ts';

/** What a forward pass leaves, per layer [slots, examples * positions, units]. */
export interface ForwardPass {
  readonly inputs: Tensor;
  readonly preActivations: readonly Tensor[];
  /** The output layer's are its pre-activations. */
  readonly activations: readonly Tensor[];
  /** What each kernel was multiplied with [slots, examples * positions, fanIn]. */
  readonly layerInputs: readonly Tensor[];
  /** Normal values before gain and shift, and what they were normalized by; null where a layer is not normalized. */
  readonly normalized: readonly (Normalized | null)[];
}

interface Normalized {
  readonly normal: Tensor;
  readonly statistics: Statistics;
}

/** Per layer: pre-activation gradients [slots, examples * positions, units], kernel gradients [slots, fanIn, units]. */
export interface BackwardPass {
  readonly preActivationGradients: readonly Tensor[];
  readonly kernelGradients: readonly Tensor[];
  /** All of them in the order of the parameters [slots, count]. */
  readonly parameterGradients: Tensor;
}

export interface Network {
  /**
   * From parameters [slots, count] and inputs [slots, examples, inputs]. `given`: statistics to normalize by, hidden layer by hidden layer; where there
   * are none, those of the examples themselves.
   */
  readonly forward: (parameters: Tensor, inputs: Tensor, given?: readonly Statistics[]) => ForwardPass;
  /** From the gradient with respect to the outputs [slots, examples, outputs]. */
  readonly backward: (parameters: Tensor, pass: ForwardPass, outputGradient: Tensor) => BackwardPass;
}

/**
 * Several networks of one shape (see networkLayers), side by side: kernels are [slots, fanIn, units], products are batched over the
 * slots. Parameters stay in one tensor and are cut up as they are used, so that an optimizer step is a handful of ops however deep
 * the network. Transposes are ops of their own, because a transposed argument sends the wasm library's matMul on a slow path.
 */
export function createNetwork(tf: TensorFlow, shape: StackShape): Network {
  const { layers } = parameterLayout(shape);
  const { value, gradient } = activationOps(tf, shape.activation);
  const kind = shape.normalization.name;
  const normalization = kind === 'none' ? null : normalizationOps(tf, kind);
  const last = layers.length - 1;
  const transposed = (x: Tensor): Tensor => tf.transpose(x, [0, 2, 1]);

  function cut(parameters: Tensor, offset: number, rows: number, columns: number): Tensor {
    const [slots = 1] = parameters.shape;
    return tf.reshape(tf.slice(parameters, [0, offset], [slots, rows * columns]), [slots, rows, columns]);
  }

  /** [slots, examples * positions, units], as the normalization's groups ask for it; `regroup` back again. */
  function grouped(x: Tensor, { positions, units }: LayerLayout): Tensor {
    const [slots = 1, rows = 1] = x.shape;
    return kind === 'layer' ? tf.reshape(x, [slots, rows / positions, positions * units]) : x;
  }

  /** The mean over the pixels of h [slots, examples * positions, units]: [slots, examples, units]. */
  function pooled(h: Tensor, positions: number): Tensor {
    const [slots = 1, rows = 1, units = 1] = h.shape;
    const examples = rows / positions;
    const means = tf.matMul(
      tf.fill([slots * examples, 1, positions], 1 / positions),
      tf.reshape(h, [slots * examples, positions, units]),
    );
    return tf.reshape(means, [slots, examples, units]);
  }

  /** The opposite of pooled for gradients. */
  function spread(delta: Tensor, positions: number): Tensor {
    const [slots = 1, examples = 1, units = 1] = delta.shape;
    const each = tf.reshape(tf.mul(delta, 1 / positions), [slots * examples, 1, units]);
    return tf.reshape(tf.tile(each, [1, positions, 1]), [slots, examples * positions, units]);
  }

  const pools = (layer: number): boolean => layer > 0 && layers[layer - 1]!.positions > layers[layer]!.positions;

  function layerInput(layer: number, inputs: Tensor, h: Tensor): Tensor {
    const { kernelSize, positions } = layers[layer]!;
    if (pools(layer)) return pooled(h, layers[layer - 1]!.positions);
    if (positions === 1) return h;
    if (layer > 0) return gatherPatches(tf, shape.image!, kernelSize, h);
    const [slots = 1, examples = 1] = inputs.shape;
    const pixels = tf.reshape(inputs, [slots, examples * positions, shape.image!.channels]);
    return gatherPatches(tf, shape.image!, kernelSize, pixels);
  }

  /** The gradient by the activations of the layer before. */
  function inputGradient(layer: number, delta: Tensor, kernel: Tensor): Tensor {
    const { kernelSize } = layers[layer]!;
    if (kernelSize > 1) {
      return tf.matMul(gatherPatches(tf, shape.image!, kernelSize, delta), reversedKernel(tf, kernelSize, kernel));
    }
    const below = tf.matMul(delta, transposed(kernel));
    return pools(layer) ? spread(below, layers[layer - 1]!.positions) : below;
  }

  return {
    forward(parameters, inputs, given) {
      const sums: Tensor[] = [];
      const preActivations: Tensor[] = [];
      const activations: Tensor[] = [];
      const layerInputs: Tensor[] = [];
      const normalized: (Normalized | null)[] = [];
      layers.forEach((layout, layer) => {
        const { fanIn, units, kernel, bias, gain, shortcutFrom } = layout;
        const h = layerInput(layer, inputs, activations[layer - 1] ?? inputs);
        let s = tf.matMul(h, cut(parameters, kernel, fanIn, units));
        if (gain === null) s = tf.add(s, cut(parameters, bias, 1, units));
        if (shortcutFrom !== null) s = tf.add(s, sums[shortcutFrom]!);
        let z = s;
        normalized.push(null);
        if (normalization && gain !== null) {
          const grouping = grouped(s, layout);
          const statistics = given?.[layer] ?? normalization.statistics(grouping);
          const normal = tf.reshape(normalization.normal(grouping, statistics), s.shape);
          normalized[layer] = { normal, statistics };
          z = tf.add(tf.mul(normal, cut(parameters, gain, 1, units)), cut(parameters, bias, 1, units));
        }
        layerInputs.push(h);
        sums.push(s);
        preActivations.push(z);
        activations.push(layer === last ? z : value(z));
      });
      return { inputs, preActivations, activations, layerInputs, normalized };
    },

    backward(parameters, { preActivations, activations, layerInputs, normalized }, outputGradient) {
      const [slots = 1] = outputGradient.shape;
      const preActivationGradients: Tensor[] = [];
      const sumGradients: Tensor[] = [];
      const kernelGradients: Tensor[] = [];
      const flat: Tensor[] = [];
      let delta = outputGradient;
      for (let layer = last; layer >= 0; layer--) {
        const layout = layers[layer]!;
        const { fanIn, units, kernel, gain } = layout;
        const ones = tf.ones([slots, 1, delta.shape[1]!]);
        const shortcut = layers.findIndex(({ shortcutFrom }) => shortcutFrom === layer);
        const throughShortcut = (d: Tensor): Tensor => (shortcut < 0 ? d : tf.add(d, sumGradients[shortcut]!));
        let sumGradient = delta;
        let gainGradient: Tensor[] = [];
        const norm = normalized[layer];
        if (normalization && gain !== null && norm) {
          const d = tf.mul(delta, cut(parameters, gain, 1, units));
          const back = normalization.gradient(grouped(d, layout), grouped(norm.normal, layout), norm.statistics);
          sumGradient = throughShortcut(tf.reshape(back, delta.shape));
          gainGradient = [tf.reshape(tf.matMul(ones, tf.mul(delta, norm.normal)), [slots, units])];
        } else {
          delta = throughShortcut(delta);
          sumGradient = delta;
        }
        const kernelGradient = tf.matMul(transposed(layerInputs[layer]!), sumGradient);
        preActivationGradients.unshift(delta);
        sumGradients[layer] = sumGradient;
        kernelGradients.unshift(kernelGradient);
        flat.unshift(
          tf.reshape(kernelGradient, [slots, fanIn * units]),
          tf.reshape(tf.matMul(ones, delta), [slots, units]),
          ...gainGradient,
        );
        if (layer === 0) break;
        const below = inputGradient(layer, sumGradient, cut(parameters, kernel, fanIn, units));
        delta = gradient(below, preActivations[layer - 1]!, activations[layer - 1]!);
      }
      return { preActivationGradients, kernelGradients, parameterGradients: tf.concat(flat, 1) };
    },
  };
}
