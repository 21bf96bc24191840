import type { Activation } from '../activations/activation.ts';
import { conventionalGain, secondMomentGain } from '../activations/gains.ts';
import type { Gain } from './initializer.ts';

/** The number a gain stands for with an activation. */
export function resolveGain(gain: Gain, activation: Activation): number {
  switch (gain) {
    case 'conventional':
      return conventionalGain(activation);
    case 'secondMoment':
      return secondMomentGain(activation);
    default:
      return gain;
  }
}
