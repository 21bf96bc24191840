import {
  FieldColorBuilder,
  FieldColorModeId,
  type QueryVariableBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as TrendPanel } from '@grafana/grafana-foundation-sdk/trend';
import { GridDashboard } from './grid-dashboard.ts';
import { theorySuffix } from './initializer-series.ts';
import { drawn, initializerLines, logarithmic, matrix, smallestDrawn } from './panels.ts';
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
const atFirst = ['before training', 'end of training'];

/** How the signal travels through the layers of one network, before training beside mean-field theory and what training made of it. */
export function signalDashboard(): GridDashboard {
  return new GridDashboard({
    page: 'signal',
    title: 'Signal by layer',
    description:
      'How activations and gradients travel through the layers of the network chosen as "Details of", measured beside what mean-field theory predicts before training.',
    refresh: '',
    time: { from: 'now-6h', to: 'now' },
    variables: [datasourceVariable(), sweepVariable(), ...cellVariables(), probesVariable()],
    marksEvents: false,
  })
    .addSection('Does the signal reach the last layer, and the gradient the first? ${regime}', [
      besideTheory(
        'activation variance',
        'Level from layer to layer: the initializer fits the activation. Falling: the signal fades. Rising: it explodes.',
      ),
      besideTheory(
        'gradient norm',
        'Norm of the gradient of the loss by each kernel. First layers far below the last: gradients vanish; far above: they explode.',
      ),
    ])
    .addSection('Weighted sums, and gradients by them', [
      besideTheory('pre-activation variance', 'Variance of the weighted sums, before the activation.'),
      besideTheory(
        'back-propagated variance',
        'Variance of the gradient by the pre-activations, as in Glorot and Bengio 2010, figure 7.',
      ),
    ])
    .addSection('Flat activations, and units that are the same', [
      measured('saturated share', 'Share of activations in the flat part of the activation, where gradients die.')
        .unit('percentunit')
        .min(0)
        .max(1),
      measured(
        'unit cosine',
        'Symmetry: mean cosine between the weight vectors of a layer. 1 means that all its units are the same and learn the same; random ones lie near 0.',
      )
        .axisSoftMin(0)
        .axisSoftMax(1),
    ])
    .addSection('By layer and epoch', [byEpoch('activation variance'), byEpoch('gradient norm')]);
}

/** When the networks are looked at: a picture each, beside one another. */
function probesVariable(): QueryVariableBuilder {
  return queryVariable(
    'probe',
    'Probes',
    `SELECT probe FROM cell_signal
WHERE ${chosenRegime} AND signal = 'activation variance' AND layer = 1
GROUP BY probe
HAVING sum(trials) * 2 >= (SELECT sum(trials) FROM cell_result WHERE ${chosenRegime})
ORDER BY min(epoch) NULLS LAST`,
  )
    .multi(true)
    .current({ text: atFirst, value: atFirst });
}

const layers = 'Median over seeds; layer 1 is the first hidden layer, the last one the output layer.';

function besideTheory(signal: string, meaning: string): TrendPanel {
  return logarithmic(
    byLayer(
      signal,
      `${meaning} ${layers} Dots, before training: mean-field theory (Poole et al. 2016; Schoenholz et al. 2017), given the variance that the first hidden layer was ` +
        `measured to have (for gradients: the value of the last hidden layer). Values below ${smallestDrawn}, 0 among them, are not drawn.`,
      `SELECT layer, v.initializer, ${drawn('v.value')} AS "value"
FROM cell_signal s
CROSS JOIN LATERAL (VALUES (s.initializer, s.median, true), (s.initializer || '${theorySuffix}', s.theory, s.theory IS NOT NULL)) AS v (initializer, value, is_told)
WHERE ${atProbe(signal, 's')} AND v.is_told
ORDER BY layer, v.initializer`,
    ),
  );
}

function measured(signal: string, meaning: string): TrendPanel {
  return byLayer(
    signal,
    `${meaning} ${layers}`,
    `SELECT layer, initializer, median AS "value"
FROM cell_signal s
WHERE ${atProbe(signal, 's')}
ORDER BY layer, initializer`,
  );
}

function byLayer(signal: string, description: string, sql: string): TrendPanel {
  return initializerLines(
    { title: `${capital(signal)} by layer, \${probe}`, description, noData: noProbes },
    sql,
    'layer',
    'value',
  )
    .span(24)
    .repeat('probe')
    .maxPerRow(2);
}

function atProbe(signal: string, alias: string): string {
  return `${chosenRegime}
  AND probe = ${quoted('probe')} AND signal = '${signal}' AND ${alias}.${chosenInitializers}`;
}

/** A heatmap of powers of ten: what differs by factors of thousands would otherwise be all one colour. */
function byEpoch(signal: string): TablePanel {
  return matrix(
    {
      title: `log10 of ${signal}: \${initializer}`,
      description: `One row a layer (1 is the first hidden layer), one column a probed epoch. -2 is a hundredth, 0 is 1, 2 a hundred: blue fades, yellow stays, red explodes, the same on each picture. Empty where the value is 0 or was not finite. Median over seeds; epochs that at least half of the trials reached.`,
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
    .height(11)
    .repeat('initializer')
    .maxPerRow(3)
    .unit('none')
    .decimals(1)
    .min(-3)
    .max(3)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlYlRd));
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}
