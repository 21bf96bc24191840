import {
  type DataFrame,
  type Field,
  FieldType,
  getFieldDisplayName,
  getFieldSeriesColor,
  type GrafanaTheme2,
  outerJoinDataFrames,
} from '@grafana/data';

/** What `custom` of a field says about its line. */
export interface SeriesStyle {
  readonly drawStyle?: 'line' | 'bars' | 'points';
  readonly lineInterpolation?: 'linear' | 'smooth' | 'stepBefore' | 'stepAfter';
  readonly lineWidth?: number;
  readonly lineStyle?: { readonly fill?: string; readonly dash?: readonly number[] };
  readonly fillOpacity?: number;
  readonly fillBelowTo?: string;
  readonly gradientMode?: string;
  readonly showPoints?: 'auto' | 'always' | 'never';
  readonly pointSize?: number;
  readonly spanNulls?: boolean | number;
  readonly barWidthFactor?: number;
  readonly stacking?: { readonly mode?: string; readonly group?: string };
  readonly axisPlacement?: string;
  readonly axisLabel?: string;
  readonly axisSoftMin?: number;
  readonly axisSoftMax?: number;
  readonly axisCenteredZero?: boolean;
  readonly axisGridShow?: boolean;
  readonly scaleDistribution?: { readonly type?: string; readonly log?: number; readonly linearThreshold?: number };
  readonly thresholdsStyle?: { readonly mode?: string };
  readonly hideFrom?: { readonly viz?: boolean; readonly legend?: boolean; readonly tooltip?: boolean };
}

export interface ChartSeries {
  readonly field: Field;
  readonly name: string;
  readonly color: string;
  readonly style: SeriesStyle;
}

export interface ChartData {
  readonly x: Field;
  readonly series: readonly ChartSeries[];
}

/** One column across and one a series; several frames are joined by the column across. Throws Error where there is none. */
export function chartData(
  frames: DataFrame[],
  theme: GrafanaTheme2,
  across: 'time' | 'number',
  xField?: string,
): ChartData {
  const type = across === 'time' ? FieldType.time : FieldType.number;
  const isAcross = (field: Field, frame: DataFrame) =>
    field.type === type && (!xField || getFieldDisplayName(field, frame, frames) === xField || field.name === xField);
  const joined = frames.length === 1 ? frames[0]! : outerJoinDataFrames({ frames })!;
  const x = joined.fields.find((field) => isAcross(field, joined));
  if (!x)
    throw new Error(
      across === 'time'
        ? 'There is no column of times.'
        : `There is no column of numbers${xField ? ` named ${xField}` : ''}.`,
    );
  const series = joined.fields
    .filter((field) => field !== x && (field.type === FieldType.number || field.type === FieldType.boolean))
    .map((field) => ({
      field,
      name: getFieldDisplayName(field, joined, frames),
      color: getFieldSeriesColor(field, theme).color,
      style: (field.config.custom ?? {}) as SeriesStyle,
    }))
    .filter(({ style }) => !style.hideFrom?.viz);
  return { x, series };
}

export type Values = (number | null | undefined)[];

export function numbersOf(field: Field): Values {
  return field.values.map((value: unknown) => (value === null || value === undefined ? null : Number(value)));
}

/** Adds each stacked series to those of its group below it; others keep their values. */
export function stack(series: readonly ChartSeries[]): Values[] {
  const below = new Map<string, number[]>();
  const totals = new Map<string, number[]>();
  const groupOf = ({ style: { stacking } }: ChartSeries) =>
    stacking?.mode && stacking.mode !== 'none' ? `${stacking.mode} ${stacking.group ?? 'A'}` : null;
  for (const one of series) {
    const group = groupOf(one);
    if (group === null) continue;
    const total = totals.get(group) ?? one.field.values.map(() => 0);
    numbersOf(one.field).forEach((value, index) => (total[index]! += value ?? 0));
    totals.set(group, total);
  }
  return series.map((one) => {
    const own = numbersOf(one.field);
    const group = groupOf(one);
    if (group === null) return own;
    const sums = below.get(group) ?? own.map(() => 0);
    below.set(group, sums);
    return own.map((value, index) => {
      const share = group.startsWith('percent') ? (value ?? 0) / (totals.get(group)![index]! || 1) : (value ?? 0);
      return (sums[index]! += share);
    });
  });
}
