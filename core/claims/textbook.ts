import type { Activation } from '../activations/activation.ts';
import type { Initializer } from '../initializers/initializer.ts';

export type Family = 'He' | 'Glorot';

/**
 * The family that textbooks call fitting: He for relu and its kin (He et al. 2015), Glorot for tanh, sigmoid and their like (Glorot, Bengio
 * 2010); null where they name none (linear; selu, which has LeCun's in its own paper).
 */
export function fittingFamily(activation: Activation): Family | null {
  switch (activation.name) {
    case 'relu':
    case 'leakyRelu':
    case 'elu':
    case 'gelu':
    case 'swish':
    case 'softplus':
      return 'He';
    case 'tanh':
    case 'sigmoid':
    case 'softsign':
    case 'hardTanh':
      return 'Glorot';
    case 'selu':
    case 'linear':
      return null;
  }
}

/** Whether an initializer is of the family that fits the activation. */
export function isFitting(initializer: Initializer, activation: Activation): boolean {
  const family = fittingFamily(activation);
  return family !== null && initializer.name.startsWith(family === 'He' ? 'he' : 'glorot');
}
