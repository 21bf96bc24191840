import { colorManipulator } from '@grafana/data';
import uPlot from 'uplot';
import { element } from '../element.ts';
import { axisFor, scaleFor, scaleKey, timeAxis } from './axes.ts';
import { legend, type LegendOptions } from './legend.ts';
import type { Annotation, DrawPanel, PanelView } from './panel-view.ts';
import { type ChartData, chartData, type ChartSeries, numbersOf, type SeriesStyle, stack } from './series.ts';
import { tooltip, type TooltipOptions } from './tooltip.ts';

interface ChartOptions {
  readonly legend?: LegendOptions;
  readonly tooltip?: TooltipOptions;
  /** Of a trend panel. */
  readonly xField?: string;
}

const legendShare = 0.35;

/** Lines, bars and points over time. */
export const drawTimeSeries: DrawPanel = (body, view) =>
  draw(body, view, chartData(view.frames, view.theme, 'time'), true);

/** The same over a column of numbers. */
export const drawTrend: DrawPanel = (body, view) => {
  const { xField } = (view.panel.options ?? {}) as ChartOptions;
  draw(body, view, chartData(view.frames, view.theme, 'number', xField), false);
};

function draw(body: HTMLElement, view: PanelView, data: ChartData, overTime: boolean): void {
  const options = (view.panel.options ?? {}) as ChartOptions;
  const shown = options.legend?.showLegend !== false && options.legend?.displayMode !== 'hidden';
  const right = options.legend?.placement === 'right';
  const plotHost = element('div', { className: 'plot' });
  const legendHost = shown
    ? element(
        'div',
        { className: 'legend', style: { maxHeight: right ? '' : `${view.height * legendShare}px` } },
        legend(data.series, options.legend ?? {}),
      )
    : null;
  body.append(element('div', { className: right ? 'chart chart-right' : 'chart' }, plotHost, legendHost));
  new uPlot(
    plotOptions(view, data, overTime, plotHost, options),
    [numbersOf(data.x), ...stack(data.series)] as uPlot.AlignedData,
    plotHost,
  );
}

function plotOptions(
  view: PanelView,
  { x, series }: ChartData,
  overTime: boolean,
  host: HTMLElement,
  options: ChartOptions,
): uPlot.Options {
  const { theme, range } = view;
  const xs = numbersOf(x) as number[];
  const isStacked = ({ style: { stacking } }: ChartSeries) => Boolean(stacking?.mode && stacking.mode !== 'none');
  const scales: uPlot.Scales = {
    x: overTime
      ? { time: true, range: () => [range.from.valueOf(), range.to.valueOf()] }
      : { time: false, range: () => spread(xs) },
  };
  const axes: uPlot.Axis[] = [
    overTime
      ? timeAxis(theme)
      : axisFor('x', x, theme, 'bottom', (x.config.custom as { axisLabel?: string } | undefined)?.axisLabel),
  ];
  for (const one of series) {
    const key = scaleKey(one);
    if (scales[key]) continue;
    scales[key] = scaleFor(one, isStacked(one));
    const place = one.style.axisPlacement ?? 'auto';
    if (place === 'hidden') continue;
    const side = place === 'right' || (place === 'auto' && axes.length > 1) ? 'right' : 'left';
    axes.push(axisFor(key, one.field, theme, side, one.style.axisLabel));
  }
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    ms: 1,
    legend: { show: false },
    padding: [8, 12, 0, 4],
    cursor: { points: { size: 6 }, drag: { setScale: false }, y: false },
    scales,
    axes,
    series: [{}, ...series.map((one) => seriesOptions(one, xs.length))],
    bands: bands(series),
    plugins: [tooltip(x, series, options.tooltip ?? {}), ...(overTime ? [annotationMarks(view.annotations)] : [])],
  };
}

/** Least and greatest value, which is one value where there is only one. */
function spread(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low - 1, high + 1] : [low, high];
}

const dashes: Readonly<Record<string, readonly number[]>> = { dash: [10, 10], dot: [0, 10] };

function seriesOptions(one: ChartSeries, points: number): uPlot.Series {
  const { style, color } = one;
  const { drawStyle = 'line', lineWidth = 1, fillOpacity = 0, showPoints = 'auto', pointSize = 5, lineStyle } = style;
  const dash = lineStyle?.fill && lineStyle.fill !== 'solid' ? (lineStyle.dash ?? dashes[lineStyle.fill]) : undefined;
  const filled = fillOpacity > 0 && !style.fillBelowTo;
  return {
    scale: scaleKey(one),
    stroke: color,
    width: drawStyle === 'points' ? 0 : lineWidth,
    ...(dash ? { dash: [...dash], cap: lineStyle?.fill === 'dot' ? 'round' : 'butt' } : {}),
    ...(filled ? { fill: colorManipulator.alpha(color, fillOpacity / 100) } : {}),
    ...(drawStyle === 'points' ? { paths: () => null } : pathsOf(style)),
    spanGaps: style.spanNulls === true,
    points: {
      size: pointSize,
      fill: color,
      stroke: color,
      ...(drawStyle === 'bars' || (showPoints === 'never' && drawStyle !== 'points') ? { show: false } : {}),
      // A lone point has no line: it would not be seen.
      ...(showPoints === 'always' || drawStyle === 'points' || points === 1 ? { show: true } : {}),
    },
  };
}

function pathsOf({ drawStyle, lineInterpolation, barWidthFactor = 0.6 }: SeriesStyle): Pick<uPlot.Series, 'paths'> {
  const { bars, spline, stepped } = uPlot.paths;
  if (drawStyle === 'bars') return { paths: bars!({ size: [barWidthFactor, 200] }) };
  if (lineInterpolation === 'smooth') return { paths: spline!() };
  if (lineInterpolation === 'stepAfter') return { paths: stepped!({ align: 1 }) };
  if (lineInterpolation === 'stepBefore') return { paths: stepped!({ align: -1 }) };
  return {};
}

/** Between two series where one fills below to the other, and between the layers of a stack, whose fills would else cover each other. */
function bands(series: readonly ChartSeries[]): uPlot.Band[] {
  const made: uPlot.Band[] = [];
  series.forEach(({ style, color }, index) => {
    const opacity = (style.fillOpacity ?? 0) / 100;
    if (style.fillBelowTo) {
      const to = series.findIndex(({ name, field }) => name === style.fillBelowTo || field.name === style.fillBelowTo);
      if (to >= 0) made.push({ series: [index + 1, to + 1], fill: colorManipulator.alpha(color, opacity) });
      return;
    }
    if (!style.stacking?.mode || style.stacking.mode === 'none' || opacity === 0) return;
    for (let under = index - 1; under >= 0; under -= 1) {
      if (series[under]!.style.stacking?.mode !== style.stacking.mode) continue;
      made.push({ series: [index + 1, under + 1], fill: colorManipulator.alpha(color, opacity) });
      return;
    }
  });
  return made;
}

/** A line down the picture at each moment that the dashboard marks, with its text on the mark below it. */
function annotationMarks(annotations: readonly Annotation[]): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        for (const { timeMs, color } of annotations) {
          const at = Math.round(plot.valToPos(timeMs, 'x', true));
          if (at < bbox.left || at > bbox.left + bbox.width) continue;
          ctx.strokeStyle = color;
          ctx.fillStyle = color;
          ctx.setLineDash([5, 4]);
          ctx.beginPath();
          ctx.moveTo(at, bbox.top);
          ctx.lineTo(at, bbox.top + bbox.height);
          ctx.stroke();
          ctx.beginPath();
          ctx.moveTo(at - 5, bbox.top + bbox.height + 5);
          ctx.lineTo(at + 5, bbox.top + bbox.height + 5);
          ctx.lineTo(at, bbox.top + bbox.height);
          ctx.fill();
        }
        ctx.restore();
      },
    },
  };
}
