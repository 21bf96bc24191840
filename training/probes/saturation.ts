import { activationFunctions } from '../../core/activations/activation-functions.ts';
import type { Activation } from '../../core/activations/activation.ts';

/** Share of pre-activations in the flat part of the activation; NaN when one of them is NaN. */
export function saturatedShare(activation: Activation, preActivations: Float32Array): number {
  const { saturated } = activationFunctions(activation);
  let count = 0;
  for (let i = 0; i < preActivations.length; i++) {
    const z = preActivations[i]!;
    if (Number.isNaN(z)) return NaN;
    if (saturated(z)) count++;
  }
  return count / preActivations.length;
}
