import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as TrendPanel } from '@grafana/grafana-foundation-sdk/trend';
import { colouredText, count, instant, sentence, width } from './fields.ts';
import { GridDashboard } from './grid-dashboard.ts';
import { drawn, inBlues, lines, logarithmic, matrix, smallestDrawn, stat, table, trend } from './panels.ts';
import { quoted } from './sql-query.ts';
import { claimMapping, stateMapping } from './states.ts';
import { constantVariable, datasourceVariable, queryVariable, sweepVariable } from './variables.ts';

/** The number as a number, so that its index is used; an address with anything else means no trial. */
const thisTrial = `sweep_id = ${quoted('sweep')} AND number = substring(${quoted('trial')} FROM '^[0-9]{1,9}\\Z')::int`;

/** One trial: its numbers, its curves and layers, who trained it, and all that determines it. `temporalUi` is the address that links lead to; null: there are none. */
export function trialDashboard(temporalUi: string | null): GridDashboard {
  const runLinks = temporalUi === null ? [] : [{ id: 'links', value: [runLink] }];
  return new GridDashboard({
    page: 'trial',
    title: 'Trial',
    description:
      'One trial of a sweep: how it went, epoch by epoch and layer by layer, who trained it, and all that determines its numbers.',
    refresh: '',
    time: { from: 'now-6h', to: 'now' },
    variables: [
      datasourceVariable(),
      sweepVariable(),
      queryVariable(
        'regime',
        'Network',
        `SELECT regime FROM cell_result
WHERE sweep_id = ${quoted('sweep')}
GROUP BY activation, depth, setting, regime
ORDER BY activation, depth, setting`,
      ),
      queryVariable(
        'initializer',
        'Initializer',
        `SELECT initializer FROM cell_result
WHERE sweep_id = ${quoted('sweep')} AND regime = ${quoted('regime')}
ORDER BY initializer`,
      ),
      queryVariable(
        'trial',
        'Trial',
        `SELECT 'seed ' || seed || ' (number ' || number || ', ' || state || ')' AS __text, number::text AS __value
FROM trial_detail
WHERE sweep_id = ${quoted('sweep')} AND regime = ${quoted('regime')} AND initializer = ${quoted('initializer')}
ORDER BY seed
LIMIT 1000`,
      ),
      ...(temporalUi === null ? [] : [constantVariable('temporal', temporalUi)]),
    ],
    marksEvents: false,
  })
    .addSection('Outcome', [state(), outcome(), provenance().overrideByName('run', runLinks)])
    .addSection('Curves', [curve('loss', 'Loss'), curve('accuracy', 'Accuracy')])
    .addSection('Layers', [
      layers('activation variance', 'activation_variance'),
      layers('gradient norm', 'gradient_norm'),
      saturation(),
      symmetry(),
    ])
    .addSection('Attempts and spec', [attempts().overrideByName('run', runLinks), spec()]);
}

const noTrial = 'No trial of this network and initializer has begun yet.';

function state(): StatPanel {
  return stat(
    { title: 'State', description: 'State of the trial.', noData: noTrial },
    `SELECT state\nFROM trial_detail\nWHERE ${thisTrial}`,
  )
    .span(4)
    .unit('string')
    .mappings([stateMapping]);
}

function outcome(): StatPanel {
  return stat(
    {
      title: 'Result',
      description:
        'First epoch that met the target, epochs that were trained of the budget, the test split, and the time in the trainer.',
      noData: noTrial,
    },
    `SELECT epochs_to_target AS "epochs to target", epochs_run AS "epochs run", epoch_budget AS "budget", test_accuracy AS "test accuracy",
  test_loss AS "test loss", duration_ms AS "training time"
FROM trial_detail
WHERE ${thisTrial}`,
  )
    .span(20)
    .overrideByName('epochs to target', [{ id: 'noValue', value: 'not reached' }])
    .overrideByName('epochs run', [{ id: 'noValue', value: 'not ended' }])
    .overrideByName('test accuracy', [
      { id: 'unit', value: 'percentunit' },
      { id: 'decimals', value: 1 },
      { id: 'noValue', value: '–' },
    ])
    .overrideByName('test loss', [
      { id: 'unit', value: 'none' },
      { id: 'decimals', value: 4 },
      { id: 'noValue', value: '–' },
    ])
    .overrideByName('training time', [
      { id: 'unit', value: 'ms' },
      { id: 'noValue', value: '–' },
    ]);
}

function provenance(): TablePanel {
  return table(
    {
      title: 'What it is, and where it ran',
      description: 'A click on the run leads to the workflow that asked for the training, in the Temporal UI.',
      noData: noTrial,
    },
    `SELECT number AS "trial", dataset, seed, reason, worker, backend, arithmetic, attempt, reused,
  started_at AS "started", finished_at AS "finished", workflow_run_id AS "run"
FROM trial_detail
WHERE ${thisTrial}`,
  )
    .height(4)
    .overrideByRegexp('/^(trial|seed|attempt)$/', [...count, ...width(80)])
    .overrideByName('reason', sentence)
    .overrideByRegexp('/^(started|finished)$/', instant);
}

const runLink = {
  title: 'Open this run in the Temporal UI',
  url: '${temporal}/workflows?query=RunId%3D%22${__value.text}%22',
  targetBlank: true,
};

function curve(metric: 'loss' | 'accuracy', title: string): TrendPanel {
  return trend(
    {
      title: `${title} by epoch`,
      description:
        'Means over each epoch; epoch 0 is the untrained network. A line ends where the number was not finite.',
      noData:
        metric === 'loss'
          ? 'This trial has recorded no epoch yet.'
          : 'This trial has no accuracy: no epoch yet, or regression.',
    },
    `SELECT epoch, train_${metric} AS "training", validation_${metric} AS "validation"
FROM trial_curve
WHERE ${thisTrial}
ORDER BY epoch`,
  )
    .xField('epoch')
    .unit(metric === 'accuracy' ? 'percentunit' : 'none')
    .overrideByName('epoch', [
      { id: 'custom.axisLabel', value: 'epoch' },
      { id: 'unit', value: 'none' },
    ])
    .overrideByName('training', [{ id: 'color', value: { mode: 'fixed', fixedColor: 'orange' } }])
    .overrideByName('validation', [{ id: 'color', value: { mode: 'fixed', fixedColor: 'blue' } }]);
}

const noProbes = 'This trial has no probes.';

function layers(signal: string, column: string): TrendPanel {
  return logarithmic(
    lines(
      trend(
        {
          title: `${signal[0]!.toUpperCase()}${signal.slice(1)} by layer`,
          description: `One line a probed epoch; layer 1 is the first hidden layer, the last one the output layer. Blue is before training. Values below ${smallestDrawn}, 0 among them, are not drawn.`,
          noData: noProbes,
        },
        `SELECT layer, 'epoch ' || epoch AS "epoch", ${drawn(column)} AS "value"
FROM trial_signal s
WHERE ${thisTrial}
ORDER BY layer, s.epoch`,
      ),
      'layer',
      'epoch',
      'value',
    ),
  )
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .overrideByName('epoch 0', [{ id: 'color', value: { mode: 'fixed', fixedColor: 'blue' } }]);
}

function saturation(): TablePanel {
  return byProbe('Saturated share', 'Share of activations in the flat part of the activation.', 'saturated_share').unit(
    'percentunit',
  );
}

function symmetry(): TablePanel {
  return byProbe(
    'Unit cosine',
    'Symmetry: mean cosine between the weight vectors of a layer; 1 means that all units are the same.',
    'unit_cosine',
  ).unit('none');
}

function byProbe(title: string, description: string, column: string): TablePanel {
  return inBlues(
    matrix(
      {
        title: `${title} by layer and epoch`,
        description: `${description} One row a layer, one column a probed epoch.`,
        noData: noProbes,
      },
      `SELECT layer, 'epoch ' || epoch AS "epoch", ${column} AS "value"
FROM trial_signal s
WHERE ${thisTrial}
ORDER BY layer, s.epoch`,
      { rows: 'layer', columns: 'epoch' },
    )
      .span(12)
      .height(8)
      .decimals(2),
  );
}

function attempts(): TablePanel {
  return table(
    {
      title: 'Attempts',
      description:
        'One row a claim of the trial: who took it up, on which attempt of Temporal, and how that ended. released: in order; failed: by an error; crashed: its trainer process died; vanished: its worker did. Trained alone: in a process that held no other trial.',
      noData: noTrial,
    },
    `SELECT claim, attempt, worker, backend, claimed_at AS "claimed", ended_at AS "ended", ended_as AS "ended as",
  CASE WHEN alone THEN 'alone' ELSE 'among others' END AS "trained", workflow_run_id AS "run"
FROM trial_claim
WHERE ${thisTrial}
ORDER BY claim`,
  )
    .span(14)
    .overrideByRegexp('/^(claim|attempt)$/', [...count, ...width(80)])
    .overrideByRegexp('/^(claimed|ended)$/', instant)
    .overrideByName('ended as', [{ id: 'mappings', value: [claimMapping] }, ...colouredText]);
}

function spec(): TablePanel {
  return table(
    {
      title: 'Spec',
      description:
        'All that determines the numbers of this trial, the versions that trained it, and hashes of data and final weights.',
      noData: noTrial,
    },
    `SELECT p.name, p.value
FROM trial_detail t
CROSS JOIN LATERAL (
  SELECT key AS name, value FROM jsonb_each_text(t.config)
  UNION ALL SELECT 'version of ' || key, value FROM jsonb_each_text(t.versions)
  UNION ALL VALUES ('data set hash', t.dataset_hash), ('weights hash', t.weights_hash), ('parameters', t.parameter_count::text)
) p
WHERE ${thisTrial} AND p.value IS NOT NULL
ORDER BY p.name`,
  ).span(10);
}
