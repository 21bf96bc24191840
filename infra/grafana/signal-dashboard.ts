import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as TrendPanel } from '@grafana/grafana-foundation-sdk/trend';
import { GridDashboard } from './grid-dashboard.ts';
import { theorySuffix } from './initializer-series.ts';
import { initializerLines, logarithmic, matrix, smallestDrawn } from './panels.ts';
import { quoted } from './sql-query.ts';
import {
  cellVariables,
  chosenInitializers,
  chosenRegime,
  datasourceVariable,
  queryVariable,
  sweepVariable,
} from './variables.ts';

const noProbes = 'This sweep has no probes of this network: list epochs under "probes" in its file.';

/** How the signal travels through the layers of one network, measured beside mean-field theory. */
export function signalDashboard(): GridDashboard {
  return new GridDashboard({
    page: 'signal',
    title: 'Signal by layer',
    description:
      'How activations and gradients travel through the layers of the network chosen as "Details of", measured beside what mean-field theory predicts before training.',
    refresh: '',
    time: { from: 'now-6h', to: 'now' },
    variables: [
      datasourceVariable(),
      sweepVariable(),
      ...cellVariables(),
      queryVariable(
        'probe',
        'Probe',
        `SELECT probe FROM cell_signal
WHERE ${chosenRegime} AND signal = 'activation variance' AND layer = 1
GROUP BY probe
HAVING sum(trials) * 2 >= (SELECT sum(trials) FROM cell_result WHERE ${chosenRegime})
ORDER BY min(epoch) NULLS LAST`,
      ),
    ],
    marksEvents: false,
  })
    .addSection('Before training, beside theory: ${regime}', [
      besideTheory(
        'activation variance',
        'Level from layer to layer: the initializer fits the activation. Falling: the signal fades. Rising: it explodes.',
      ),
      besideTheory(
        'gradient norm',
        'Norm of the gradient of the loss by each kernel. First layers far below the last: gradients vanish; far above: they explode.',
      ),
      besideTheory(
        'back-propagated variance',
        'Variance of the gradient by the pre-activations, as in Glorot and Bengio 2010, figure 7.',
      ),
      besideTheory('pre-activation variance', 'Variance of the weighted sums, before the activation.'),
    ])
    .addSection('At the chosen probe: ${regime}, ${probe}', [
      logarithmic(
        atProbe('activation variance', 'Compare with the panel above: what training has made of it.', smallestDrawn),
      ),
      logarithmic(atProbe('gradient norm', 'Norm of the gradient of the loss by each kernel.', smallestDrawn)),
      atProbe('saturated share', 'Share of activations in the flat part of the activation, where gradients die.')
        .unit('percentunit')
        .min(0)
        .max(1),
      atProbe(
        'unit cosine',
        'Symmetry: mean cosine between the weight vectors of a layer. 1 means that all its units are the same and learn the same; random ones lie near 0.',
      )
        .axisSoftMin(0)
        .axisSoftMax(1),
    ])
    .addSection('By layer and epoch', [byEpoch('activation variance'), byEpoch('gradient norm')]);
}

function besideTheory(signal: string, meaning: string): TrendPanel {
  return logarithmic(
    initializerLines(
      {
        title: `${capital(signal)} by layer, before training`,
        description:
          `${meaning} Median over seeds. Dots: mean-field theory (Poole et al. 2016; Schoenholz et al. 2017), given the variance that the first hidden layer was measured to have (for ` +
          'gradients: the value of the last hidden layer). A line ends where the value is 0. Layer 1 is the first hidden layer, the last one the output layer.',
        noData: noProbes,
      },
      `SELECT layer, v.initializer, v.value
FROM cell_signal s
CROSS JOIN LATERAL (VALUES (s.initializer, s.median), (s.initializer || '${theorySuffix}', s.theory)) AS v (initializer, value)
WHERE ${chosenRegime}
  AND probe = 'before training' AND signal = '${signal}' AND s.${chosenInitializers}
  AND v.value > ${smallestDrawn}
ORDER BY layer, v.initializer`,
      'layer',
      'value',
    ),
  );
}

function atProbe(signal: string, meaning: string, least?: number): TrendPanel {
  return initializerLines(
    {
      title: `${capital(signal)} by layer, \${probe}`,
      description: `${meaning} Median over seeds; layer 1 is the first hidden layer, the last one the output layer.`,
      noData: noProbes,
    },
    `SELECT layer, initializer, median
FROM cell_signal
WHERE ${chosenRegime}
  AND probe = ${quoted('probe')} AND signal = '${signal}' AND ${chosenInitializers}${least === undefined ? '' : `\n  AND median > ${least}`}
ORDER BY layer, initializer`,
    'layer',
    'median',
  );
}

/** A heatmap of powers of ten: what differs by factors of thousands would otherwise be all one colour. */
function byEpoch(signal: string): TablePanel {
  return matrix(
    {
      title: `log10 of ${signal}: \${initializer}`,
      description: `One row a layer (1 is the first hidden layer), one column a probed epoch. -2 is a hundredth, 0 is 1, 2 a hundred. Median over seeds; epochs that at least half of the trials reached.`,
      noData: noProbes,
    },
    `SELECT layer, 'epoch ' || epoch AS "epoch", CASE WHEN median > 0 THEN log(median) END AS "value"
FROM (
  SELECT layer, epoch, median, trials, max(trials) OVER () AS most
  FROM cell_signal
  WHERE ${chosenRegime}
    AND signal = '${signal}' AND initializer = ${quoted('initializer')} AND epoch IS NOT NULL
) probed
WHERE trials * 2 >= most
ORDER BY layer, probed.epoch`,
    { rows: 'layer', columns: 'epoch' },
  )
    .span(8)
    .height(9)
    .repeat('initializer')
    .maxPerRow(3)
    .unit('none')
    .decimals(1)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlYlRd));
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
