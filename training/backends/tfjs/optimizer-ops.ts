import type { Tensor } from '@tensorflow/tfjs-core';
import { BugError } from '../../../core/errors.ts';
import type { Optimizer } from '../../../core/trial/trial-config.ts';
import { biasCorrections } from '../../optimizers.ts';
import type { TensorFlow } from './tensorflow.ts';

/** What the optimizer needs to know of one slot. */
export interface SlotOptimizer {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  /** Steps already done. */
  readonly step: number;
}

export interface OptimizerOps {
  /** Step number `index` from 0 of every slot at once; all tensors are [slots, count], and new ones. */
  readonly update: (
    index: number,
    parameters: Tensor,
    gradients: Tensor,
    moments: readonly Tensor[],
  ) => { readonly parameters: Tensor; readonly moments: Tensor[] };
  readonly dispose: () => void;
}

type Option = 'momentum' | 'beta1' | 'beta2' | 'epsilon' | 'weightDecay' | 'decay';

/**
 * The optimizers of training/optimizers.ts for the next steps of these slots. Learning rates, options and what depends on
 * the step differ from slot to slot: each is computed in double precision and becomes a column [slots, 1].
 */
export function optimizerOps(tf: TensorFlow, name: Optimizer['name'], slots: readonly SlotOptimizer[]): OptimizerOps {
  const column = (of: (slot: SlotOptimizer) => number): Tensor => tf.tensor2d(slots.map(of), [slots.length, 1]);
  const constants: Tensor[] = [];
  const constant = (of: (slot: SlotOptimizer) => number): Tensor => {
    const tensor = column(of);
    constants.push(tensor);
    return tensor;
  };
  const option = (key: Option): Tensor => constant(({ optimizer }) => optionOf(optimizer, key));
  /** 1 - option, rounded once. */
  const restOf = (key: Option): Tensor => constant(({ optimizer }) => 1 - optionOf(optimizer, key));

  function updateOf(): OptimizerOps['update'] {
    switch (name) {
      case 'sgd': {
        const rate = constant((slot) => slot.learningRate);
        return (_, w, g) => ({ parameters: tf.sub(w, tf.mul(g, rate)), moments: [] });
      }
      case 'momentum':
      case 'nesterov': {
        const rate = constant((slot) => slot.learningRate);
        const mu = option('momentum');
        return (_, w, g, [before]) => {
          const v = tf.add(tf.mul(before!, mu), g);
          const direction = name === 'nesterov' ? tf.add(g, tf.mul(v, mu)) : v;
          return { parameters: tf.sub(w, tf.mul(direction, rate)), moments: [v] };
        };
      }
      case 'adam':
      case 'adamw': {
        const [b1, rest1, b2, rest2] = [option('beta1'), restOf('beta1'), option('beta2'), restOf('beta2')];
        const epsilon = option('epsilon');
        const kept =
          name === 'adamw' &&
          constant(({ optimizer, learningRate }) => 1 - learningRate * optionOf(optimizer, 'weightDecay'));
        return (index, w, g, [mBefore, vBefore]) => {
          const rate = column((slot) => slot.learningRate * correctionsOf(slot, index).c1);
          const c2 = column((slot) => correctionsOf(slot, index).c2);
          const m = tf.add(tf.mul(mBefore!, b1), tf.mul(g, rest1));
          const v = tf.add(tf.mul(vBefore!, b2), tf.mul(tf.square(g), rest2));
          const step = tf.div(tf.mul(m, rate), tf.add(tf.sqrt(tf.mul(v, c2)), epsilon));
          return { parameters: tf.sub(kept ? tf.mul(w, kept) : w, step), moments: [m, v] };
        };
      }
      case 'rmsprop': {
        const rate = constant((slot) => slot.learningRate);
        const [decay, rest, epsilon] = [option('decay'), restOf('decay'), option('epsilon')];
        return (_, w, g, [before]) => {
          const v = tf.add(tf.mul(before!, decay), tf.mul(tf.square(g), rest));
          return { parameters: tf.sub(w, tf.div(tf.mul(g, rate), tf.add(tf.sqrt(v), epsilon))), moments: [v] };
        };
      }
    }
  }

  return { update: updateOf(), dispose: () => tf.dispose(constants) };
}

function correctionsOf(
  { optimizer, step }: SlotOptimizer,
  index: number,
): { readonly c1: number; readonly c2: number } {
  const [beta1, beta2] = [optionOf(optimizer, 'beta1'), optionOf(optimizer, 'beta2')];
  return biasCorrections({ beta1, beta2 }, step + index + 1);
}

function optionOf(optimizer: Optimizer, key: Option): number {
  const value = (optimizer as Readonly<Partial<Record<Option, number>>>)[key];
  if (value === undefined) throw new BugError(`the optimizer has no option ${key}`, { optimizer });
  return value;
}
