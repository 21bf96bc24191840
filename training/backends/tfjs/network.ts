import type { Tensor } from '@tensorflow/tfjs-core';
import type { StackShape } from '../../backend.ts';
import { parameterLayout } from '../../parameter-layout.ts';
import { activationOps } from './activation-ops.ts';
import type { TensorFlow } from './tensorflow.ts';

/** What a forward pass leaves, per layer [slots, examples, fanOut]. */
export interface ForwardPass {
  readonly inputs: Tensor;
  readonly preActivations: readonly Tensor[];
  /** The output layer's are its pre-activations. */
  readonly activations: readonly Tensor[];
}

/** Per layer: pre-activation gradients [slots, examples, fanOut], kernel gradients [slots, fanIn, fanOut]. */
export interface BackwardPass {
  readonly preActivationGradients: readonly Tensor[];
  readonly kernelGradients: readonly Tensor[];
  /** All of them in the order of the parameters [slots, count]. */
  readonly parameterGradients: Tensor;
}

export interface Network {
  /** From parameters [slots, count] and inputs [slots, examples, inputs]. */
  readonly forward: (parameters: Tensor, inputs: Tensor) => ForwardPass;
  /** From the gradient with respect to the outputs [slots, examples, outputs]. */
  readonly backward: (parameters: Tensor, pass: ForwardPass, outputGradient: Tensor) => BackwardPass;
}

/**
 * Several multilayer perceptrons of one shape, side by side: kernels are [slots, fanIn, fanOut], products are batched over the
 * slots. Parameters stay in one tensor and are cut up as they are used, so that an optimizer step is a handful of ops however deep
 * the network. Transposes are ops of their own, because a transposed argument sends the wasm library's matMul on a slow path.
 */
export function createNetwork(tf: TensorFlow, shape: StackShape): Network {
  const { layers } = parameterLayout(shape.layerSizes);
  const { value, gradient } = activationOps(tf, shape.activation);
  const last = layers.length - 1;
  const transposed = (x: Tensor): Tensor => tf.transpose(x, [0, 2, 1]);

  function cut(parameters: Tensor, offset: number, rows: number, columns: number): Tensor {
    const [slots = 1] = parameters.shape;
    return tf.reshape(tf.slice(parameters, [0, offset], [slots, rows * columns]), [slots, rows, columns]);
  }

  return {
    forward(parameters, inputs) {
      const preActivations: Tensor[] = [];
      const activations: Tensor[] = [];
      layers.forEach(({ fanIn, fanOut, kernel, bias }, layer) => {
        const h = activations[layer - 1] ?? inputs;
        const z = tf.add(tf.matMul(h, cut(parameters, kernel, fanIn, fanOut)), cut(parameters, bias, 1, fanOut));
        preActivations.push(z);
        activations.push(layer === last ? z : value(z));
      });
      return { inputs, preActivations, activations };
    },

    backward(parameters, { inputs, preActivations, activations }, outputGradient) {
      const [slots = 1, examples = 1] = inputs.shape;
      const ones = tf.ones([slots, 1, examples]);
      const preActivationGradients: Tensor[] = [];
      const kernelGradients: Tensor[] = [];
      const flat: Tensor[] = [];
      let delta = outputGradient;
      for (let layer = last; layer >= 0; layer--) {
        const { fanIn, fanOut, kernel } = layers[layer]!;
        const kernelGradient = tf.matMul(transposed(activations[layer - 1] ?? inputs), delta);
        preActivationGradients.unshift(delta);
        kernelGradients.unshift(kernelGradient);
        flat.unshift(
          tf.reshape(kernelGradient, [slots, fanIn * fanOut]),
          tf.reshape(tf.matMul(ones, delta), [slots, fanOut]),
        );
        if (layer === 0) break;
        const below = tf.matMul(delta, transposed(cut(parameters, kernel, fanIn, fanOut)));
        delta = gradient(below, preActivations[layer - 1]!, activations[layer - 1]!);
      }
      return { preActivationGradients, kernelGradients, parameterGradients: tf.concat(flat, 1) };
    },
  };
}
