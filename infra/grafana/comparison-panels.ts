import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { loss, sentence, share, shareBar, width } from './fields.ts';
import { inBlues, matrix, type PanelText, steps, table } from './panels.ts';
import { emptyMapping, medianEpochs, medianEpochsMappings } from './states.ts';
import { chosenCells, chosenInitializers } from './variables.ts';

const noResult = 'No trial of these networks has ended yet.';

/** Which initializer wins in each network, whether it does so beyond chance, and what theory would have chosen. */
export function bestInitializers(): TablePanel {
  return table(
    {
      title: 'Best initializer for each network',
      description:
        'Best: fewest epochs to the target, in the median over seeds; ties go to the larger share that reached it, then the smaller share that diverged, then the ' +
        'better result on the test split. "> 30": the median trial did not reach the target within 30 epochs; "given up": too few did before trials were given up. Ahead beyond chance: the one that beats all others by more than ' +
        'luck over these seeds, where there is one; else any of those that are not told apart will do. Where none reached the target, the test split says who is ahead. A sweep is judged when it ends.',
      noData: noResult,
    },
    `SELECT best.regime AS "network",
  CASE WHEN best.converged = 0 AND best.epochs_to_target <> 'no target' THEN 'none reached it' ELSE best.initializer END AS "best",
  CASE WHEN r.number IS NOT NULL THEN coalesce(r.initializer, 'none is') END AS "ahead beyond chance",
  best.epochs_to_target AS "epochs", best.epochs_to_target_quartiles AS "quartiles", best.converged_share AS "reached target",
  best.median_test_accuracy AS "test accuracy", best.median_test_loss AS "test loss", r.theory AS "theory's choice", r.evidence
FROM cell_result best
LEFT JOIN sweep_recommendations r ON r.sweep_id = best.sweep_id AND r.activation = best.activation
  AND r.depth = best.depth AND r.setting = best.setting
WHERE best.rank = 1 AND ${chosenCells({ alias: 'best' })}
ORDER BY best.activation, best.depth, best.setting`,
  )
    .height(13)
    .overrideByName('network', sentence)
    .overrideByRegexp("/^(best|theory's choice)$/", width(118))
    .overrideByName('epochs', width(70))
    .overrideByName('quartiles', width(100))
    .overrideByName('reached target', [...shareBar, ...width(105)])
    .overrideByName('test accuracy', [...share, ...width(100)])
    .overrideByName('test loss', [...loss, ...width(80)])
    .overrideByName('ahead beyond chance', width(140))
    .overrideByName('evidence', [...sentence, { id: 'custom.minWidth', value: 340 }]);
}

/** Every cell beside the others: networks down, initializers across. */
export function cellMatrices(): TablePanel[] {
  return [epochsMatrix(), accuracyMatrix(), divergedMatrix(), lossMatrix()];
}

function epochsMatrix(): TablePanel {
  return cells(
    {
      title: 'Median epochs to target (budget ${budget})',
      description:
        'One row a network, one column an initializer. Yellow is fast, red slow. "not reached": the median trial did not reach the target within the budget, ' +
        'those that diverged included; "given up": too few did, and trials were given up early. Empty: no result yet, no target, or not part of the plan.',
      noData: noResult,
    },
    medianEpochs,
  )
    .unit('none')
    .decimals(0)
    .min(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousYlRd))
    .mappings([emptyMapping, ...medianEpochsMappings]);
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
    { rows: 'network', columns: 'initializer' },
  ).overrideByRegexp('/^network/', [...sentence, { id: 'custom.minWidth', value: 230 }]);
}
