import type { Optimizer } from '../../../core/trial/trial-config.ts';
import { biasCorrections } from '../../optimizers.ts';

/**
 * One optimizer step in place, by the formulas in training/optimizers.ts: computed in double precision, stored as
 * float32. `moments` holds the optimizer's moments one after the other, each laid out as `w`; `step` is this step's
 * number (the first is 1).
 */
export function updateParameters(
  optimizer: Optimizer,
  learningRate: number,
  step: number,
  w: Float32Array,
  g: Float32Array,
  moments: Float32Array,
): void {
  const n = w.length;
  switch (optimizer.name) {
    case 'sgd':
      for (let i = 0; i < n; i++) w[i]! -= learningRate * g[i]!;
      return;
    case 'momentum':
    case 'nesterov': {
      const mu = optimizer.momentum;
      const nesterov = optimizer.name === 'nesterov';
      for (let i = 0; i < n; i++) {
        const v = mu * moments[i]! + g[i]!;
        moments[i] = v;
        w[i]! -= learningRate * (nesterov ? g[i]! + mu * v : v);
      }
      return;
    }
    case 'adam':
    case 'adamw': {
      const { beta1, beta2, epsilon } = optimizer;
      const { c1, c2 } = biasCorrections(optimizer, step);
      const shrink = optimizer.name === 'adamw' ? 1 - learningRate * optimizer.weightDecay : 1;
      for (let i = 0; i < n; i++) {
        const m = beta1 * moments[i]! + (1 - beta1) * g[i]!;
        const v = beta2 * moments[n + i]! + (1 - beta2) * g[i]! * g[i]!;
        moments[i] = m;
        moments[n + i] = v;
        w[i] = shrink * w[i]! - (learningRate * c1 * m) / (Math.sqrt(c2 * v) + epsilon);
      }
      return;
    }
    case 'rmsprop': {
      const { decay, epsilon } = optimizer;
      for (let i = 0; i < n; i++) {
        const v = decay * moments[i]! + (1 - decay) * g[i]! * g[i]!;
        moments[i] = v;
        w[i]! -= (learningRate * g[i]!) / (Math.sqrt(v) + epsilon);
      }
    }
  }
}
