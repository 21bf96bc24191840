import { LineInterpolation } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as TrendPanel } from '@grafana/grafana-foundation-sdk/trend';
import { initializerLines, trend } from './panels.ts';
import { quoted } from './sql-query.ts';
import { chosenInitializers, chosenRegime } from './variables.ts';

const noCurves = 'No trial of this network has recorded an epoch yet.';

/** How the chosen network learns: medians, how many reach the target when, how that goes with depth, and each initializer with its quartiles. */
export function convergencePanels(): TrendPanel[] {
  return [medians(), survival(), epochsAgainstDepth(), quartiles()];
}

function medians(): TrendPanel {
  return initializerLines(
    {
      title: 'Median ${metric} by epoch: ${regime}',
      description:
        'Median over seeds. A trial that stopped at its target keeps its last value until the last trial of its cell ends; one that diverged ' +
        'or was given up counts as worse than any number, so a line ends where half of the trials have.',
      noData: noCurves,
    },
    `SELECT epoch, initializer, median
FROM cell_curve
WHERE ${chosenRegime}
  AND metric = ${quoted('metric')} AND ${chosenInitializers}
ORDER BY epoch, initializer`,
    'epoch',
    'median',
  )
    .span(24)
    .height(11);
}

function survival(): TrendPanel {
  return initializerLines(
    {
      title: 'Trials that have not reached the target yet: ${regime}',
      description:
        "Kaplan and Meier's estimate of the share of trials still without the target after each epoch. A line that stays up is an initializer that does not get there; " +
        'diverged trials stay up to the end of the budget, and so do those that were given up.',
      noData: 'No trial of this network has ended yet, or the sweep has no target.',
    },
    `SELECT epoch, initializer, not_yet_share
FROM cell_survival
WHERE ${chosenRegime}
  AND ${chosenInitializers}
ORDER BY epoch, initializer`,
    'epoch',
    'not_yet_share',
  )
    .unit('percentunit')
    .min(0)
    .max(1)
    .lineInterpolation(LineInterpolation.StepAfter)
    .spanNulls(true);
}

function epochsAgainstDepth(): TrendPanel {
  return initializerLines(
    {
      title: 'Median epochs to target against depth',
      description:
        'For the activation and setting of the network chosen as "Details of", at every depth. A line ends at the last depth whose median trial reached the target.',
      noData: 'No trial has reached a target with this activation and setting.',
    },
    `SELECT c.depth, c.initializer, c.median_epochs_to_target AS "epochs"
FROM cell_result c
JOIN (
  SELECT DISTINCT activation, setting FROM cell_result
  WHERE ${chosenRegime}
) chosen ON chosen.activation = c.activation AND chosen.setting = c.setting
WHERE c.sweep_id = ${quoted('sweep')} AND c.median_epochs_to_target IS NOT NULL
  AND c.${chosenInitializers}
ORDER BY c.depth, c.initializer`,
    'depth',
    'epochs',
  ).min(0);
}

function quartiles(): TrendPanel {
  return trend(
    {
      title: '${initializer}',
      description:
        'Median (line) and quartiles (band) of the chosen metric over the seeds of this initializer, counted as in the panel of medians.',
      noData: noCurves,
    },
    `SELECT epoch, lower_quartile AS "lower quartile", median, upper_quartile AS "upper quartile"
FROM cell_curve
WHERE ${chosenRegime}
  AND metric = ${quoted('metric')} AND initializer = ${quoted('initializer')}
ORDER BY epoch`,
  )
    .xField('epoch')
    .height(7)
    .span(8)
    .repeat('initializer')
    .maxPerRow(3)
    .overrideByName('upper quartile', [
      { id: 'custom.fillBelowTo', value: 'lower quartile' },
      { id: 'custom.fillOpacity', value: 20 },
      { id: 'custom.lineWidth', value: 0 },
      { id: 'color', value: { mode: 'fixed', fixedColor: 'blue' } },
    ])
    .overrideByName('lower quartile', [
      { id: 'custom.lineWidth', value: 0 },
      { id: 'color', value: { mode: 'fixed', fixedColor: 'blue' } },
    ])
    .overrideByName('median', [{ id: 'color', value: { mode: 'fixed', fixedColor: 'dark-blue' } }])
    .overrideByName('epoch', [{ id: 'custom.axisLabel', value: 'epoch' }]);
}
