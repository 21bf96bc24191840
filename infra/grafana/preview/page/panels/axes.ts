import {
  dateTimeFormat,
  type Field,
  formattedValueToString,
  type GrafanaTheme2,
  guessDecimals,
  systemDateFormats,
} from '@grafana/data';
import uPlot from 'uplot';
import type { ChartSeries } from './series.ts';

/** Grafana's least distances between the numbers on an axis, in pixels. */
const least = { across: 60, up: 30 };
export const axisFont = '12px Inter, Helvetica, Arial, sans-serif';

/** Series of one unit and range share a scale. */
export function scaleKey({ field: { config }, style }: ChartSeries): string {
  const { type, log } = style.scaleDistribution ?? {};
  return [
    config.unit,
    config.min,
    config.max,
    style.axisSoftMin,
    style.axisSoftMax,
    type,
    log,
    style.axisPlacement,
    style.axisLabel,
  ].join('/');
}

/** The range of a scale as Grafana finds it: fixed where min or max says so, widened to soft limits, a tenth of room else. */
export function scaleFor({ field: { config }, style }: ChartSeries, stacked: boolean): uPlot.Scale {
  const { type, log = 2, linearThreshold = 1 } = style.scaleDistribution ?? {};
  const { min, max } = config;
  const { axisSoftMin: softMin, axisSoftMax: softMax, axisCenteredZero: centered } = style;
  if (type === 'log') {
    return {
      distr: 3,
      log: log as 2 | 10,
      range: (_, low, high) => {
        if (low === null || high === null) return [1, 10];
        const [from, to] = uPlot.rangeLog(low, high, log as 2 | 10, true);
        return [min ?? from, max ?? to];
      },
    };
  }
  if (type === 'symlog') return { distr: 4, asinh: linearThreshold };
  const limit = (soft: number | undefined): uPlot.Range.Limit =>
    soft === undefined ? { pad: 0.1, soft: 0, mode: 3 } : { pad: 0.1, soft, mode: 1 };
  return {
    distr: 1,
    range: (_, low, high) => {
      if (low === null || high === null) return [min ?? softMin ?? 0, max ?? softMax ?? 100];
      let [from, to] = uPlot.rangeNum(stacked ? Math.min(0, low) : low, high, {
        min: limit(softMin),
        max: limit(softMax),
      });
      if (centered) [from, to] = [-Math.max(Math.abs(from!), Math.abs(to!)), Math.max(Math.abs(from!), Math.abs(to!))];
      return [min ?? from, max ?? to];
    },
  };
}

const grid = (theme: GrafanaTheme2) => ({
  stroke: theme.isDark ? 'rgba(240, 250, 255, 0.09)' : 'rgba(0, 10, 23, 0.09)',
  width: 1,
});

const [minute, day, month, year] = [60e3, 86_400e3, 28 * 86_400e3, 365 * 86_400e3];

/** Moments below the picture, as exact as they lie far apart. */
export function timeAxis(theme: GrafanaTheme2): uPlot.Axis {
  return {
    scale: 'x',
    stroke: theme.colors.text.primary,
    font: axisFont,
    grid: grid(theme),
    ticks: { ...grid(theme), size: 4 },
    space: least.across + 20,
    size: 30,
    values: (plot, splits, _axis, _space, increment) => {
      const span = plot.scales['x']!.max! - plot.scales['x']!.min!;
      const format = timeFormat(span, increment);
      return splits.map((value) => dateTimeFormat(value, { format }));
    },
  };
}

function timeFormat(span: number, increment: number): string {
  const { interval } = systemDateFormats;
  if (increment < minute) return interval.second;
  if (span <= day) return interval.minute;
  if (increment < day) return interval.hour;
  if (span < year) return interval.day;
  return increment < month * 12 ? interval.month : interval.year;
}

/** An axis with the numbers in the field's own unit. */
export function axisFor(
  scale: string,
  field: Field,
  theme: GrafanaTheme2,
  side: 'bottom' | 'left' | 'right',
  label?: string,
): uPlot.Axis {
  const upright = side !== 'bottom';
  const ink = theme.colors.text.primary;
  const display = (value: number, increment: number) => {
    const decimals = guessDecimals(Number(increment.toPrecision(6)));
    return formattedValueToString(field.display!(value, decimals > 0 ? decimals : undefined));
  };
  const values: uPlot.Axis.Values = (plot, splits, _axis, _space, increment) =>
    splits.map((value) =>
      value === null ? null : plot.scales[scale]!.distr === 3 ? power(field, value) : display(value, increment),
    );
  return {
    scale,
    side: { bottom: 2, left: 3, right: 1 }[side] as uPlot.Axis.Side,
    stroke: ink,
    font: axisFont,
    labelFont: axisFont,
    labelSize: 20,
    ...(label ? { label } : {}),
    space: upright ? least.up : least.across,
    grid: { ...grid(theme), show: side !== 'right' },
    ticks: { ...grid(theme), size: 4 },
    values,
    size: upright ? widthOf(plotFont()) : 30,
  };
}

/** On a logarithmic axis steps are factors: each number shows as few digits as it has. */
function power(field: Field, value: number): string {
  const {
    text,
    suffix = '',
    prefix = '',
  } = field.display!(value, Math.max(0, -Math.floor(Math.log10(Math.abs(value) || 1))));
  return Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6
    ? `${prefix}${value.toExponential(0)}${suffix}`
    : `${prefix}${text}${suffix}`;
}

function plotFont(): CanvasRenderingContext2D {
  const context = document.createElement('canvas').getContext('2d')!;
  context.font = axisFont;
  return context;
}

/** As wide as its longest number. */
function widthOf(context: CanvasRenderingContext2D): uPlot.Axis.Size {
  return (_plot, values) =>
    Math.ceil(Math.max(20, ...(values ?? []).map((value) => context.measureText(value ?? '').width))) + 14;
}
