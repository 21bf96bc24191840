import {
  GraphDrawStyle,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TrendPanel } from '@grafana/grafana-foundation-sdk/trend';
import { chosenInitializers, chosenNetwork } from './chosen-cells.ts';
import { datasource, quoted, sqlQuery } from './sql-query.ts';

/** Learning curves over epochs: all initializers in one picture, then each with its quartiles. */
export function curvePanels(): TrendPanel[] {
  return [medians(), quartiles()];
}

/** A panel with a numeric axis across, one line a series. */
export function trend(title: string, description: string, sql: string): TrendPanel {
  return (
    new TrendPanel()
      .title(title)
      .description(description)
      .datasource(datasource)
      .withTarget(sqlQuery(sql))
      .height(10)
      .drawStyle(GraphDrawStyle.Line)
      .lineWidth(2)
      .showPoints(VisibilityMode.Auto)
      .spanNulls(false)
      // By name, so that an initializer keeps its colour from panel to panel.
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
      .legend(new VizLegendOptionsBuilder().showLegend(true))
      .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
  );
}

/**
 * One line an initializer: turns rows of (`across`, initializer, `value`), ordered by `across`, into a column each. Grafana 10
 * makes text of the column across, the trend panel wants numbers.
 */
export function byInitializer(panel: TrendPanel, across: string, value: string): TrendPanel {
  return panel
    .withTransformation({
      id: 'groupingToMatrix',
      options: { columnField: 'initializer', rowField: across, valueField: value, emptyValue: 'null' },
    })
    .withTransformation({
      id: 'convertFieldType',
      options: { conversions: [{ targetField: `${across}\\initializer`, destinationType: 'number' }] },
    })
    .overrideByRegexp(`/^${across}/`, [
      { id: 'displayName', value: across },
      { id: 'unit', value: 'none' },
      { id: 'decimals', value: 0 },
      { id: 'custom.axisLabel', value: across },
    ]);
}

function medians(): TrendPanel {
  const panel = trend(
    'Median ${metric} by epoch: ${activation}, depth ${depth}',
    'Median over seeds. A trial that stopped at its target keeps its last value until the last trial of its cell ends; one that diverged ' +
      'counts as worse than any number, so a line ends where half of the trials have diverged.',
    `SELECT epoch, initializer, median
FROM dashboard_curve
WHERE ${chosenNetwork}
  AND metric = ${quoted('metric')} AND ${chosenInitializers}
ORDER BY epoch, initializer`,
  );
  return byInitializer(panel, 'epoch', 'median').unit('none').span(24);
}

function quartiles(): TrendPanel {
  return trend(
    '${initializer}',
    'Median (line) and quartiles (band) of the chosen metric over the seeds of this initializer, counted as in the panel above.',
    `SELECT epoch, lower_quartile AS "lower quartile", median, upper_quartile AS "upper quartile"
FROM dashboard_curve
WHERE ${chosenNetwork}
  AND metric = ${quoted('metric')} AND initializer = ${quoted('initializer')}
ORDER BY epoch`,
  )
    .xField('epoch')
    .unit('none')
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
