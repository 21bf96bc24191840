import type { Activation } from '../../../core/activations/activation.ts';
import type { Normalization } from '../../../core/networks/network.ts';
import type { Loss, Optimizer } from '../../../core/trial/trial-config.ts';

/** Numbers by which the kernel knows activations, losses, optimizers and normalizations: training/kernel/assembly/{activation,loss,optimizer,normalization}.ts. */
export const activationCodes: Readonly<Record<Activation['name'], number>> = {
  linear: 0,
  relu: 1,
  leakyRelu: 2,
  elu: 3,
  selu: 4,
  gelu: 5,
  swish: 6,
  softplus: 7,
  softsign: 8,
  tanh: 9,
  hardTanh: 10,
  sigmoid: 11,
};

export const lossCodes: Readonly<Record<Loss, number>> = { crossEntropy: 0, meanSquaredError: 1, huber: 2 };

export const optimizerCodes: Readonly<Record<Optimizer['name'], number>> = {
  sgd: 0,
  momentum: 1,
  nesterov: 2,
  adam: 3,
  adamw: 4,
  rmsprop: 5,
};

export const normalizationCodes: Readonly<Record<Normalization['name'], number>> = { none: 0, layer: 1, batch: 2 };

/** The parameter of an activation, 0 where it has none. */
export function activationParameter(activation: Activation): number {
  if (activation.name === 'leakyRelu') return activation.slope;
  return activation.name === 'elu' ? activation.alpha : 0;
}

/** option0 .. option3 of the kernel's Slot. */
export function optimizerOptions(optimizer: Optimizer): readonly [number, number, number, number] {
  switch (optimizer.name) {
    case 'sgd':
      return [0, 0, 0, 0];
    case 'momentum':
    case 'nesterov':
      return [optimizer.momentum, 0, 0, 0];
    case 'adam':
      return [optimizer.beta1, optimizer.beta2, optimizer.epsilon, 0];
    case 'adamw':
      return [optimizer.beta1, optimizer.beta2, optimizer.epsilon, optimizer.weightDecay];
    case 'rmsprop':
      return [optimizer.decay, optimizer.epsilon, 0, 0];
  }
}
