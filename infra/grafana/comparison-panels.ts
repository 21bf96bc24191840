import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { count, loss, share, shareBar, width } from './fields.ts';
import { inBlues, matrix, type PanelText, steps, table } from './panels.ts';
import { quoted } from './sql-query.ts';
import { notReached, notReachedMapping } from './states.ts';
import { chosenCells, chosenInitializers } from './variables.ts';

const noResult = 'No trial of these networks has ended yet.';

/** Which initializer wins in each network. */
export function bestInitializers(): TablePanel {
  return table(
    {
      title: 'Best initializer per activation and depth',
      description:
        'Fewest median epochs to the target; ties go to the larger share that reached it, then the smaller share that diverged, then the ' +
        'better result on the test split. "> 30": the median trial did not reach the target within 30 epochs. A ranking of medians: whether ' +
        'the winner is ahead beyond chance is said under Recommendation.',
      noData: noResult,
    },
    `SELECT best.activation, best.depth, best.setting, best.initializer AS "best initializer",
  best.epochs_to_target AS "median epochs to target", best.epochs_to_target_quartiles AS "quartiles",
  best.converged_share AS "reached target", best.trials, best.median_test_accuracy AS "median test accuracy",
  best.median_test_loss AS "median test loss", next.initializer AS "runner-up", next.epochs_to_target AS "its median epochs"
FROM cell_result best
LEFT JOIN cell_result next ON next.sweep_id = ${quoted('sweep')} AND next.activation = best.activation
  AND next.depth = best.depth AND next.setting = best.setting AND next.rank = 2
WHERE best.rank = 1 AND ${chosenCells({ alias: 'best' })}
ORDER BY best.activation, best.depth, best.setting`,
  )
    .height(9)
    .overrideByName('reached target', shareBar)
    .overrideByRegexp('/^(depth|trials)$/', [...count, ...width(70)])
    .overrideByName('median test accuracy', share)
    .overrideByName('median test loss', loss);
}

/** Every cell beside the others: initializers down, networks across. */
export function cellMatrices(): TablePanel[] {
  return [epochsMatrix(), accuracyMatrix(), divergedMatrix(), lossMatrix()];
}

function epochsMatrix(): TablePanel {
  return cells(
    {
      title: 'Median epochs to target (budget ${budget})',
      description:
        'One column a network, one row an initializer. Yellow is fast, red slow. "not reached": the median trial did not reach the target within the budget, ' +
        'diverged ones included. Empty: no result yet, no target, or not part of the plan.',
      noData: noResult,
    },
    `CASE WHEN trials > 0 AND epochs_to_target <> 'no target' THEN coalesce(median_epochs_to_target, ${notReached}) END`,
  )
    .unit('none')
    .decimals(0)
    .min(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousYlRd))
    .mappings([notReachedMapping]);
}

function accuracyMatrix(): TablePanel {
  return inBlues(
    cells(
      {
        title: 'Median test accuracy',
        description:
          'At the end of training; deeper blue is better. A trial that diverged counts as the worst. Empty where the median trial diverged, and for regression.',
        noData: noResult,
      },
      'median_test_accuracy',
    )
      .unit('percentunit')
      .decimals(1),
  );
}

function divergedMatrix(): TablePanel {
  return cells(
    {
      title: 'Share diverged',
      description: 'Share of trials with a result whose loss or weights became NaN or infinite.',
      noData: noResult,
    },
    'diverged_share',
  )
    .unit('percentunit')
    .decimals(0)
    .min(0)
    .max(1)
    .thresholds(steps([null, 'transparent'], [0.0001, 'yellow'], [0.25, 'orange'], [0.5, 'red']));
}

function lossMatrix(): TablePanel {
  return cells(
    {
      title: 'Median test loss',
      description:
        'At the end of training; yellow is low, red high. A trial that diverged counts as the worst. Empty where the median trial diverged.',
      noData: noResult,
    },
    'median_test_loss',
  )
    .unit('none')
    .decimals(4)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousYlRd));
}

function cells(text: PanelText, value: string): TablePanel {
  return matrix(
    text,
    `SELECT initializer, regime AS "network", ${value} AS "value"
FROM cell_result
WHERE ${chosenCells()}
  AND ${chosenInitializers}
ORDER BY activation, depth, setting, initializer`,
    { rows: 'initializer', columns: 'network' },
  ).span(12);
}
