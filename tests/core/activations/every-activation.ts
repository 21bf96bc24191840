import type { Activation } from '../../../core/activations/activation.ts';

/** Every activation with its defaults, and the two that have a parameter with others as well. */
export const everyActivation: readonly Activation[] = [
  { name: 'relu' },
  { name: 'leakyRelu', slope: 0.01 },
  { name: 'leakyRelu', slope: 0.3 },
  { name: 'elu', alpha: 1 },
  { name: 'elu', alpha: 0.2 },
  { name: 'selu' },
  { name: 'gelu' },
  { name: 'swish' },
  { name: 'softplus' },
  { name: 'softsign' },
  { name: 'tanh' },
  { name: 'hardTanh' },
  { name: 'sigmoid' },
  { name: 'linear' },
];
