import { FieldColorBuilder, FieldColorModeId, MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { TableCellDisplayMode } from '@grafana/grafana-foundation-sdk/common';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { colouredCell, loss, share, shareBar } from './fields.ts';
import { datasource, quoted, sqlQuery } from './sql-query.ts';

/** Which initializer wins in each network, and every cell beside it. */
export function comparisonPanels(): TablePanel[] {
  return [bestInitializers(), epochsMatrix(), accuracyMatrix(), lossMatrix()];
}

function bestInitializers(): TablePanel {
  return new TablePanel()
    .title('Best initializer per activation and depth')
    .description(
      'Fewest median epochs to the target; ties go to the larger share that reached it, then the smaller share that diverged, then the ' +
        'better result on the test split. "> 30": the median trial did not reach the target within 30 epochs. Medians of few ' +
        'seeds are close calls: look at the runner-up.',
    )
    .datasource(datasource)
    .withTarget(
      sqlQuery(
        `SELECT best.activation, best.depth, best.setting, best.initializer AS "best initializer",
  best.epochs_to_target AS "median epochs to target", best.converged_share AS "reached target", best.trials,
  best.median_test_accuracy AS "median test accuracy", best.median_test_loss AS "median test loss",
  next.initializer AS "runner-up", next.epochs_to_target AS "its median epochs"
FROM dashboard_cell best
LEFT JOIN dashboard_cell next ON next.sweep_id = best.sweep_id AND next.activation = best.activation
  AND next.depth = best.depth AND next.setting = best.setting AND next.rank = 2
WHERE best.sweep_id = ${quoted('sweep')} AND best.rank = 1
ORDER BY best.activation, best.depth, best.setting`,
      ),
    )
    .span(24)
    .height(10)
    .overrideByName('reached target', shareBar)
    .overrideByName('median test accuracy', share)
    .overrideByName('median test loss', loss);
}

function epochsMatrix(): TablePanel {
  return matrix('Median epochs to target', 'epochs_to_target')
    .description(
      'One column a network, one row an initializer. A red cell such as "> 30": the median trial did not reach the target within its ' +
        'budget of 30 epochs, diverged ones included. Empty: no result yet, or not part of the plan.',
    )
    .unit('string')
    .mappings([
      { type: MappingType.RegexToText, options: { pattern: '^(> .*)$', result: { text: '$1', color: 'dark-red' } } },
    ])
    .thresholds(transparent());
}

function accuracyMatrix(): TablePanel {
  return matrix('Median test accuracy', 'median_test_accuracy')
    .description(
      'At the end of training; a trial that diverged counts as the worst. Empty where the median trial diverged, and for regression.',
    )
    .unit('percentunit')
    .decimals(1)
    .min(0)
    .max(1)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousRdYlGr));
}

function lossMatrix(): TablePanel {
  return matrix('Median test loss', 'median_test_loss')
    .description(
      'At the end of training; a trial that diverged counts as the worst. Empty where the median trial diverged.',
    )
    .unit('none')
    .decimals(4)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousGrYlRd));
}

/** A table of `column` of dashboard_cell with initializers down and networks across. */
function matrix(title: string, column: string): TablePanel {
  return new TablePanel()
    .title(title)
    .datasource(datasource)
    .withTarget(
      sqlQuery(
        `SELECT initializer, network, ${column} AS "value"
FROM dashboard_cell
WHERE sweep_id = ${quoted('sweep')}
ORDER BY activation, depth, setting, initializer`,
      ),
    )
    .withTransformation({
      id: 'groupingToMatrix',
      options: { columnField: 'network', rowField: 'initializer', valueField: 'value', emptyValue: 'null' },
    })
    .span(24)
    .height(9)
    .cellOptions(colouredCell)
    .overrideByRegexp('/^initializer/', [
      { id: 'displayName', value: 'initializer' },
      { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.Auto } },
      { id: 'custom.minWidth', value: 180 },
      { id: 'unit', value: 'string' },
    ]);
}

function transparent(): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([{ value: null, color: 'transparent' }]);
}
