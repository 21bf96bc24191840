/** Panels by intent: each is a function of a query on a view and of what a reader is to see in it. */
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  ReduceDataOptionsBuilder,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  StackingConfigBuilder,
  StackingMode,
  TableCellDisplayMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { PanelBuilder as TrendPanel } from '@grafana/grafana-foundation-sdk/trend';
import { colouredCell, plainCells } from './fields.ts';
import { initializerSeries } from './initializer-series.ts';
import { datasource, sqlQuery } from './sql-query.ts';
import { emptyMapping } from './states.ts';

export interface PanelText {
  readonly title: string;
  /** What is shown and how it was counted, for whoever rests on the title. */
  readonly description: string;
  /** What is missing, where the query answers with no row. */
  readonly noData: string;
}

/** Rows as they are. */
export function table({ title, description, noData }: PanelText, sql: string): TablePanel {
  return new TablePanel()
    .title(title)
    .description(description)
    .datasource(datasource)
    .noValue(noData)
    .unit('string')
    .withTarget(sqlQuery(sql))
    .span(24)
    .height(9)
    .overrideByRegexp('/.*/', plainCells);
}

export interface MatrixAxes {
  readonly rows: string;
  readonly columns: string;
}

/**
 * A heatmap: a table of rows (`rows`, `columns`, value) with the one down and the other across; the cell's colour says its value. Where there is none there is
 * no colour: Grafana would else give it that of the least value. Further mappings go beside `emptyMapping`.
 */
export function matrix(text: PanelText, sql: string, { rows, columns }: MatrixAxes): TablePanel {
  return table(text, sql)
    .withTransformation({
      id: 'groupingToMatrix',
      options: { columnField: columns, rowField: rows, valueField: 'value', emptyValue: 'null' },
    })
    .cellOptions(colouredCell)
    .mappings([emptyMapping])
    .overrideByRegexp('/.*/', [{ id: 'custom.minWidth', value: 112 }])
    .overrideByRegexp(`/^${rows}/`, [
      { id: 'displayName', value: rows },
      { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.Auto } },
      { id: 'custom.minWidth', value: 130 },
      { id: 'unit', value: 'string' },
    ]);
}

/** Columns of the one row as big numbers. */
export function stat({ title, description, noData }: PanelText, sql: string): StatPanel {
  return new StatPanel()
    .title(title)
    .description(description)
    .datasource(datasource)
    .noValue(noData)
    .unit('short')
    .withTarget(sqlQuery(sql))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('/.*/'))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('text'))
    .height(4);
}

/** Lines over a number that is no time, such as the epoch: the query's first column. */
export function trend({ title, description, noData }: PanelText, sql: string): TrendPanel {
  return new TrendPanel()
    .title(title)
    .description(description)
    .datasource(datasource)
    .noValue(noData)
    .unit('none')
    .withTarget(sqlQuery(sql))
    .span(12)
    .height(10)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(2)
    .showPoints(VisibilityMode.Auto)
    .spanNulls(false)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .legend(new VizLegendOptionsBuilder().showLegend(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
}

/**
 * One line a value of `series`: turns rows of (`across`, `series`, `value`), ordered by `across`, into a column each. Grafana 10 makes
 * text of the column across, the trend panel wants numbers.
 */
export function lines(panel: TrendPanel, across: string, series: string, value: string): TrendPanel {
  return panel
    .withTransformation({
      id: 'groupingToMatrix',
      options: { columnField: series, rowField: across, valueField: value, emptyValue: 'null' },
    })
    .withTransformation({
      id: 'convertFieldType',
      options: { conversions: [{ targetField: `${across}\\${series}`, destinationType: 'number' }] },
    })
    .overrideByRegexp(`/^${across}\\\\/`, [
      { id: 'displayName', value: across },
      { id: 'unit', value: 'none' },
      { id: 'custom.axisLabel', value: across },
    ]);
}

/** Lines of initializers, each in its own colour. */
export function initializerLines(text: PanelText, sql: string, across: string, value: string): TrendPanel {
  const panel = lines(trend(text, sql), across, 'initializer', value);
  for (const { matcher, properties } of initializerSeries) panel.overrideByRegexp(String(matcher.options), properties);
  return panel;
}

/** A number for each interval of the dashboard's time range, stacked bars by `metric`. */
export function bars(text: PanelText, sql: string): TimeSeriesPanel {
  return overTime(text, sql)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal));
}

/** Lines over the dashboard's time range, by `metric`. */
export function overTime({ title, description, noData }: PanelText, sql: string): TimeSeriesPanel {
  return new TimeSeriesPanel()
    .title(title)
    .description(description)
    .datasource(datasource)
    .noValue(noData)
    .unit('short')
    .min(0)
    .withTarget(sqlQuery(sql, 'time_series'))
    .interval('1m')
    .span(12)
    .height(8)
    .drawStyle(GraphDrawStyle.Line)
    .legend(new VizLegendOptionsBuilder().showLegend(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
}

/** Values from 0 to 1; deeper blue is more. */
export function inBlues(panel: TablePanel): TablePanel {
  return panel.min(0).max(1).colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousBlues));
}

/** The value's colour is that of the threshold that it has reached. */
export function byThreshold(): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.Thresholds);
}

/**
 * What is smaller has no place on a logarithmic axis: it would press all the others together, and below 1e-14 the browser freezes in the search for the
 * axis's numbers (uPlot 1.6.24 to 1.6.30, the one of Grafana 10 and 11; below 1e-24 up to 1.6.32).
 */
export const smallestDrawn = 1e-12;

/** SQL: the value where it can be drawn on a logarithmic axis, else none. Its series stays in the legend, without a line. */
export function drawn(value: string): string {
  return `CASE WHEN ${value} >= ${smallestDrawn} THEN ${value} END`;
}

/** An axis for values that differ by factors; its query answers `drawn` values only. */
export function logarithmic(panel: TrendPanel): TrendPanel {
  return panel.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10));
}

/** Colours from a value on, the first one from the lowest on. */
export function steps(...list: readonly (readonly [from: number | null, color: string])[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(list.map(([value, color]) => ({ value, color })));
}

const meanings: Readonly<Record<string, string>> = {
  converged: 'green',
  'not converged': 'yellow',
  diverged: 'red',
  pruned: 'dark-yellow',
  failed: 'purple',
};

/** Counts of trials in the colours of their states, where there are any. */
export function stateCounts(panel: StatPanel): StatPanel {
  for (const [name, color] of Object.entries(meanings)) {
    panel.overrideByName(name, [
      { id: 'color', value: { mode: 'thresholds' } },
      {
        id: 'thresholds',
        value: {
          mode: 'absolute',
          steps: [
            { value: null, color: 'text' },
            { value: 1, color },
          ],
        },
      },
    ]);
  }
  return panel;
}
