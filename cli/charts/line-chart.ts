import * as Plot from '@observablehq/plot';
import { initializerStyle, type LineDash } from '../../core/presentation/initializer-colours.ts';
import { plotSvg } from './plot-svg.ts';

export interface LinePoint {
  readonly x: number;
  /** Null is a gap in the line. */
  readonly y: number | null;
  /** Edges of the band around the line; null or absent: no band there. */
  readonly low?: number | null;
  readonly high?: number | null;
}

export interface ChartLine {
  readonly label: string;
  readonly colour: string;
  readonly dash: LineDash;
  readonly points: readonly LinePoint[];
  /** What theory predicts for it: drawn thin and dotted in the same colour. */
  readonly theory?: readonly LinePoint[];
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly lines: readonly ChartLine[];
  /** On a logarithmic scale what is not above 0 is a gap. Default: linear. */
  readonly yScale?: 'linear' | 'log';
  /** On a logarithmic scale, for depths and learning rates, each x that a line has is marked. Default: linear. */
  readonly xScale?: 'linear' | 'log';
  /** Default: what the data span. */
  readonly yDomain?: readonly [number, number];
  /** Shares from 0 to 1 are shown in percent. */
  readonly isPercent?: boolean;
  /** Steps, as survival curves have them, instead of straight lines. */
  readonly isStepped?: boolean;
  /** Pixels; 480 by 300 without title and legend. */
  readonly width?: number;
  readonly height?: number;
}

/** Lines of so few points show each one. */
const dottedPoints = 16;
const theoryDash = '1.5 3';
const mostTicks = 8;

/** A line in the colour and dashes that its initializer has everywhere. */
export function initializerLine(
  initializer: string,
  points: readonly LinePoint[],
  theory?: readonly LinePoint[],
): ChartLine {
  const { colour, dash } = initializerStyle(initializer);
  return { label: initializer, colour, dash, points, ...(theory === undefined ? {} : { theory }) };
}

/** Lines with bands, as SVG text: learning curves, shares at the target, signals by layer beside theory. */
export function lineChart(chart: LineChart): string {
  const { title, xLabel, yLabel, lines, yScale = 'linear', yDomain, isPercent, width = 480, height = 300 } = chart;
  const visible = (value: number | null | undefined) =>
    typeof value === 'number' && Number.isFinite(value) && (yScale === 'linear' || value > 0) ? value : NaN;
  const seen = lines.map((line) => ({ ...line, points: line.points.map((point) => shown(point, visible)) }));
  const hasTheory = lines.some(({ theory }) => theory !== undefined && theory.length > 0);
  const isWhole = lines.every(({ points }) => points.every(({ x }) => Number.isInteger(x)));
  const curve = chart.isStepped ? 'step-after' : 'linear';
  const marks = seen.flatMap(({ colour, dash, points, theory }) => [
    Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: colour, fillOpacity: 0.16, curve }),
    Plot.lineY(points, {
      x: 'x',
      y: 'y',
      stroke: colour,
      strokeWidth: 2,
      curve,
      ...(dash === null ? {} : { strokeDasharray: dash.join(' ') }),
    }),
    ...(points.length <= dottedPoints && !chart.isStepped
      ? [Plot.dot(points, { x: 'x', y: 'y', fill: colour, r: 2.5 })]
      : []),
    ...(theory === undefined
      ? []
      : [
          Plot.lineY(
            theory.map((point) => shown(point, visible)),
            { x: 'x', y: 'y', stroke: colour, strokeWidth: 1.5, strokeDasharray: theoryDash },
          ),
        ]),
  ]);
  const theoryKey = { label: 'theory', colour: 'currentColor', dash: [1.5, 3] };
  return plotSvg({
    title,
    width,
    height,
    legend: [...lines, ...(hasTheory ? [theoryKey] : [])],
    options: {
      marginLeft: 52,
      marginBottom: 36,
      grid: true,
      x: {
        label: xLabel,
        nice: false,
        ...(chart.xScale === 'log' ? { type: 'log' as const } : isWhole ? wholeNumbers(lines) : {}),
      },
      y: {
        label: yLabel,
        type: yScale,
        ...(yScale === 'log' ? { tickFormat: plainNumber, ticks: 6 } : {}),
        ...(isPercent ? { percent: true } : {}),
        ...(yDomain === undefined
          ? { nice: yScale === 'linear' }
          : { domain: yDomain.map((v) => (isPercent ? 100 * v : v)) }),
      },
      marks: chart.xScale === 'log' ? [...markedPlaces(lines), ...marks] : marks,
    },
  });
}

/** Marks at whole numbers alone: two layers have no middle. */
function wholeNumbers(lines: readonly ChartLine[]): Plot.ScaleOptions {
  return { type: 'linear', tickFormat: 'd', ticks: Math.min(mostTicks, span(lines)) };
}

/** Whole numbers and small fractions as they are written by hand, others with an exponent: `20`, `0.003`, `1e-8`. */
function plainNumber(value: number): string {
  return value >= 1e-3 && value < 1e5 ? String(value) : value.toExponential();
}

/** Where a logarithmic x scale is marked: at each x that a line has. Plot's own axis leaves out what is not near a power of ten. */
function markedPlaces(lines: readonly ChartLine[]): Plot.Markish[] {
  const ticks = [...new Set(lines.flatMap(({ points }) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  return [Plot.axisX(ticks, { text: plainNumber })];
}

function shown({ x, y, low, high }: LinePoint, visible: (value: number | null | undefined) => number) {
  return { x, y: visible(y), low: visible(low), high: visible(high) };
}

/** From the least x to the greatest. */
function span(lines: readonly ChartLine[]): number {
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  return xs.length === 0 ? 0 : Math.max(...xs) - Math.min(...xs);
}
