import { ScaleDistribution, ScaleDistributionConfigBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as TrendPanel } from '@grafana/grafana-foundation-sdk/trend';
import { chosenInitializers, chosenNetwork } from './chosen-cells.ts';
import { byInitializer, trend } from './curve-panels.ts';
import { quoted } from './sql-query.ts';

/** How the signal travels through the layers of the chosen network, forwards and backwards. */
export function layerPanels(): TrendPanel[] {
  return [
    logarithmic(
      layerPanel(
        'activation variance',
        'Level from layer to layer: the initializer fits the activation. Falling: the signal fades. Rising: it explodes.',
      ),
    ),
    logarithmic(
      layerPanel(
        'gradient norm',
        'Norm of the gradient of the loss by each kernel. First layers far below the last: gradients vanish; far above: they explode.',
      ),
    ),
    layerPanel('saturated share', 'Share of activations in the flat part of the activation.')
      .unit('percentunit')
      .min(0)
      .max(1),
    layerPanel(
      'unit cosine',
      'Mean cosine between the weight vectors of a layer: 1 means that all its units are the same (symmetry is not broken).',
    )
      .axisSoftMin(0)
      .axisSoftMax(1),
  ];
}

function layerPanel(signal: string, description: string): TrendPanel {
  const panel = trend(
    `${signal[0]!.toUpperCase()}${signal.slice(1)} by layer, \${probe}`,
    `${description} Median over seeds; layer 1 is the first hidden layer, the last one the output layer.`,
    `SELECT layer, initializer, median
FROM dashboard_layer
WHERE ${chosenNetwork}
  AND probe = ${quoted('probe')} AND signal = '${signal}' AND ${chosenInitializers}
ORDER BY layer, initializer`,
  );
  return byInitializer(panel, 'layer', 'median').unit('none').span(12);
}

function logarithmic(panel: TrendPanel): TrendPanel {
  return panel.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10));
}
