import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as TrendPanel } from '@grafana/grafana-foundation-sdk/trend';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { colouredText, count, instant, sentence, shareBar } from './fields.ts';
import { GridDashboard } from './grid-dashboard.ts';
import { inBlues, lines, matrix, table, trend } from './panels.ts';
import { anyOf, quoted } from './sql-query.ts';
import { emptyMapping, medianEpochs, medianEpochsMappings, stateMapping } from './states.ts';
import { curvesVariable, datasourceVariable, severalOf, sweepsVariable } from './variables.ts';

const chosenSweeps = anyOf('sweep_id', 'sweeps');
const chosenNetworks = `${chosenSweeps}
  AND ${anyOf('activation', 'activation')}
  AND ${anyOf('depth::text', 'depth')}`;
const chosen = `${chosenNetworks}
  AND ${anyOf('initializer', 'initializer')}`;

const noCells = 'The chosen sweeps have no trial that has ended with these values.';

/** Two sweeps or more, or cells of one, side by side. */
export function compareDashboard(): GridDashboard {
  return new GridDashboard({
    page: 'compare',
    title: 'Compare',
    description:
      'Sweeps or cells side by side: what they vary, what came out, and their curves. Choose two sweeps, or one sweep and several initializers.',
    refresh: '',
    time: { from: 'now-6h', to: 'now' },
    variables: [
      datasourceVariable(),
      sweepsVariable(),
      severalOf(
        'activation',
        'Activation',
        `SELECT DISTINCT activation\nFROM cell_result\nWHERE ${chosenSweeps}\nORDER BY activation`,
      ),
      severalOf(
        'depth',
        'Depth',
        `SELECT DISTINCT depth\nFROM cell_result\nWHERE ${chosenSweeps}\n  AND ${anyOf('activation', 'activation')}\nORDER BY depth`,
      ),
      severalOf(
        'initializer',
        'Initializers',
        `SELECT DISTINCT initializer\nFROM cell_result\nWHERE ${chosenNetworks}\nORDER BY initializer`,
      ),
      curvesVariable(),
    ],
    marksEvents: false,
  })
    .addSection('What is compared', [sweeps()])
    .addSection('What came out', [epochs(), accuracy(), cells()])
    .addSection('Curves', [curves()]);
}

/** Cells with the names of their sweeps, told apart by when they were opened. */
const namedCells = `cell_result c
JOIN (
  SELECT sweep_id AS opened_id, name || ', ' || to_char(created_at, 'MM-DD HH24:MI') AS sweep_name
  FROM sweep_status
  WHERE ${chosenSweeps}
) n ON n.opened_id = c.sweep_id`;

function sweeps(): TablePanel {
  return table(
    {
      title: 'Sweeps',
      description:
        'What each chosen sweep varies: values that differ between two sweeps explain differences further down.',
      noData: 'Choose sweeps above.',
    },
    `SELECT s.name AS "sweep", s.state, s.done_share AS "done", a.datasets AS "data sets", a.networks, a.initializers, a.optimizers, a.rates AS "learning rates",
  a.widths, a.batches AS "batch sizes", a.budget AS "epochs", s.created_at AS "opened"
FROM sweep_status s
CROSS JOIN LATERAL (
  SELECT string_agg(DISTINCT c.dataset, ', ') AS datasets, count(DISTINCT c.regime) AS networks, count(DISTINCT c.initializer) AS initializers,
    string_agg(DISTINCT c.optimizer, ', ') AS optimizers, string_agg(DISTINCT c.learning_rate::text, ', ') AS rates,
    string_agg(DISTINCT c.width::text, ', ') AS widths, string_agg(DISTINCT c.batch_size::text, ', ') AS batches, max(c.epoch_budget) AS budget
  FROM cell_result c WHERE c.sweep_id = s.sweep_id
) a
WHERE s.${chosenSweeps}
ORDER BY s.created_at`,
  )
    .height(6)
    .overrideByName('state', [{ id: 'mappings', value: [stateMapping] }, ...colouredText])
    .overrideByName('done', shareBar)
    .overrideByRegexp('/^(networks|initializers|epochs)$/', count)
    .overrideByName('opened', instant);
}

function bySweep(title: string, description: string, value: string): TablePanel {
  return matrix(
    { title, description: `${description} One row a cell, one column a sweep.`, noData: noCells },
    `SELECT initializer || ' · ' || regime AS "cell", sweep_name AS "sweep", ${value} AS "value"
FROM ${namedCells}
WHERE ${chosen}
ORDER BY activation, depth, setting, initializer, sweep_id
LIMIT 5000`,
    { rows: 'cell', columns: 'sweep' },
  )
    .span(12)
    .height(11);
}

function epochs(): TablePanel {
  return bySweep(
    'Median epochs to target by sweep',
    'Yellow is fast, red slow; "not reached": the median trial did not reach the target within its budget; "given up": too few did, and trials were given up early.',
    medianEpochs,
  )
    .unit('none')
    .decimals(0)
    .min(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousYlRd))
    .mappings([emptyMapping, ...medianEpochsMappings]);
}

function accuracy(): TablePanel {
  return inBlues(
    bySweep('Median test accuracy by sweep', 'At the end of training; deeper blue is better.', 'median_test_accuracy')
      .unit('percentunit')
      .decimals(1),
  );
}

function cells(): TablePanel {
  return table(
    {
      title: 'Cells',
      description: 'Every chosen cell with its counts and quartiles; the first 1,000.',
      noData: noCells,
    },
    `SELECT c.sweep, c.initializer, c.regime AS "network", c.dataset, c.rank, c.epochs_to_target AS "median epochs to target",
  c.epochs_to_target_quartiles AS "quartiles", c.converged_share AS "reached target", c.diverged_share AS "diverged", c.trials,
  c.median_test_accuracy AS "median test accuracy", c.median_test_loss AS "median test loss"
FROM cell_result c
WHERE ${chosen}
ORDER BY c.activation, c.depth, c.setting, c.initializer, c.sweep
LIMIT 1000`,
  )
    .height(10)
    .overrideByRegexp('/^(rank|trials)$/', count)
    .overrideByRegexp('/^(reached target|diverged)$/', shareBar)
    .overrideByName('median test accuracy', [
      { id: 'unit', value: 'percentunit' },
      { id: 'decimals', value: 1 },
    ])
    .overrideByName('median test loss', [
      { id: 'unit', value: 'none' },
      { id: 'decimals', value: 4 },
    ])
    .overrideByName('network', sentence);
}

function curves(): TrendPanel {
  return lines(
    trend(
      {
        title: 'Median ${metric} by epoch',
        description:
          'One line a chosen cell and sweep, counted as on the dashboard of one sweep; the first ten. Colours tell lines apart, whatever their initializer. Choose few: one activation, one depth and an initializer or two.',
        noData: noCells,
      },
      `WITH shown AS (
  SELECT c.cell_id, c.sweep_id, c.initializer, c.regime, c.initializer || ' · ' || c.regime || ' · ' || sweep_name AS line
  FROM ${namedCells}
  WHERE ${chosen}
  ORDER BY c.activation, c.depth, c.setting, c.initializer, c.sweep_id
  LIMIT 10
)
SELECT v.epoch, s.line AS "cell", v.median
FROM shown s
JOIN LATERAL (
  SELECT epoch, median FROM cell_curve k
  WHERE k.sweep_id = s.sweep_id AND k.initializer = s.initializer AND k.regime = s.regime AND k.metric = ${quoted('metric')}
  -- Each cell by itself: PostgreSQL would else compute the curves of all and throw most away.
  OFFSET 0
) v ON true
ORDER BY v.epoch, s.line`,
    ),
    'epoch',
    'cell',
    'median',
  )
    .span(24)
    .height(12);
}
