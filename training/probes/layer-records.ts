import { finiteOrNull } from '../../core/finite-or-null.ts';
// Probes: what is measured on a layer, from raw signals, one file a family of measures. No backend and no training here.
import type { LayerRecord } from '../../core/trial/trial-record.ts';
import type { LayerSignals, StackShape } from '../backend.ts';
import { parameterLayout } from '../parameter-layout.ts';
import { euclideanNorm } from './gradient.ts';
import { moments } from './moments.ts';
import { saturatedShare } from './saturation.ts';
import { unitCosine } from './symmetry.ts';

/** What a probe says about each layer after `epoch`, measured in double precision on a backend's raw signals. */
export function layerRecords(
  epoch: number,
  shape: StackShape,
  parameters: Float32Array,
  signals: readonly LayerSignals[],
): LayerRecord[] {
  return parameterLayout(shape).layers.map(({ fanIn, units, kernel, bias }, index, { length }) => {
    const layer = signals[index]!;
    const activation = moments(layer.activations);
    const flat = index === length - 1 ? 0 : saturatedShare(shape.activation, layer.preActivations);
    return {
      epoch,
      layer: index + 1,
      activationMean: finiteOrNull(activation.mean),
      activationVariance: finiteOrNull(activation.variance),
      preActivationVariance: finiteOrNull(moments(layer.preActivations).variance),
      saturatedShare: finiteOrNull(flat),
      gradientNorm: finiteOrNull(euclideanNorm(layer.kernelGradients)),
      backpropagatedVariance: finiteOrNull(moments(layer.preActivationGradients).variance),
      unitCosine: finiteOrNull(unitCosine(parameters.subarray(kernel, bias), fanIn, units)),
    };
  });
}
