import type { Loss } from '../../../core/trial/trial-config.ts';
import type { Split } from '../../datasets/dataset.ts';

export interface BatchLoss {
  lossSum: number;
  correct: number;
}

/**
 * Loss of one example, by the formulas in training/losses.ts. Where `gradients` is given, writes there, at `offset`, the
 * gradient with respect to the example's outputs, times `scale`.
 */
export function exampleLoss(
  loss: Loss,
  outputs: Float32Array,
  offset: number,
  size: number,
  split: Split,
  row: number,
  sums: BatchLoss,
  gradients: Float32Array | null,
  scale: number,
): void {
  if (loss === 'crossEntropy') {
    const target = split.targets[row]!;
    let greatest = 0;
    for (let k = 1; k < size; k++) if (outputs[offset + k]! > outputs[offset + greatest]!) greatest = k;
    const max = outputs[offset + greatest]!;
    let normalizer = 0;
    for (let k = 0; k < size; k++) normalizer += Math.exp(outputs[offset + k]! - max);
    sums.lossSum += Math.log(normalizer) - (outputs[offset + target]! - max);
    if (greatest === target) sums.correct++;
    if (gradients) {
      for (let k = 0; k < size; k++) {
        const probability = Math.exp(outputs[offset + k]! - max) / normalizer;
        gradients[offset + k] = scale * (probability - (k === target ? 1 : 0));
      }
    }
    return;
  }
  let sum = 0;
  for (let k = 0; k < size; k++) {
    const difference = outputs[offset + k]! - split.targets[row * size + k]!;
    const inside = loss === 'meanSquaredError' || Math.abs(difference) <= 1;
    const curvature = loss === 'meanSquaredError' ? 2 : 1;
    sum += inside ? (curvature / 2) * difference * difference : Math.abs(difference) - 0.5;
    if (gradients) gradients[offset + k] = (scale / size) * (inside ? curvature * difference : Math.sign(difference));
  }
  sums.lossSum += sum / size;
}
