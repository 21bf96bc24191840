import { initializerLine, lineChart, type ChartLine, type LinePoint } from '../../charts/line-chart.ts';
import type { GroupComparison } from '../../../core/comparison/comparison.ts';
import { groupedBy } from '../../../core/comparison/grouped-by.ts';
import { networkAxes } from '../../../core/trial/labels.ts';
import { rateSensitivityCharts } from '../../charts/rate-sensitivity.ts';
import type { ReportData } from './report-data.ts';

/** Three stand side by side on a wide page. */
const width = 420;

/** How much the learning rate matters: one picture a network that was trained with several of them. */
export function rateCharts({ comparisons }: ReportData): string[] {
  return rateSensitivityCharts(comparisons).map((chart) => lineChart({ ...chart, width }));
}

/** The pictures of one network of the sweep: learning curves, share at the target, signals by layer. Those without data are left out. */
export function networkCharts(
  { sweep, networks, curves, survival, signals }: ReportData,
  group: GroupComparison['group'],
): string[] {
  const regime = networks.find((network) => networkAxes.every((axis) => network[axis] === group[axis]))?.regime;
  const own = <Point extends { readonly regime: string }>(points: readonly Point[]) =>
    points.filter((point) => point.regime === regime);
  return [
    ...learningCurves(own(curves)),
    ...shareAtTarget(own(survival), sweep.spec.training.epochs),
    ...signalCharts(own(signals)),
  ];
}

function learningCurves(points: ReportData['curves']): string[] {
  return ['validation loss', 'validation accuracy'].flatMap((metric) => {
    const isPercent = metric.endsWith('accuracy');
    const lines = linesOf(
      points.filter((point) => point.metric === metric),
      ({ epoch, median, lowerQuartile, upperQuartile }) => ({
        x: epoch,
        y: median,
        low: lowerQuartile,
        high: upperQuartile,
      }),
    );
    if (!hasNumbers(lines)) return [];
    const yLabel = isPercent ? `${metric}, %` : metric;
    const scale = isPercent ? { isPercent, yDomain: [0, 1] as const } : { yScale: 'log' as const };
    return [
      lineChart({
        title: `${metric}: median and quartiles over seeds`,
        xLabel: 'epoch',
        yLabel,
        lines,
        width,
        ...scale,
      }),
    ];
  });
}

function shareAtTarget(points: ReportData['survival'], epochs: number): string[] {
  const lines = linesOf(points, ({ epoch, notYetShare }) => ({ x: epoch, y: 1 - notYetShare })).map((line) => {
    const last = line.points.at(-1)!;
    return last.x < epochs ? { ...line, points: [...line.points, { x: epochs, y: last.y }] } : line;
  });
  if (!hasNumbers(lines)) return [];
  return [
    lineChart({
      title: 'share of trials at the target (Kaplan-Meier)',
      xLabel: 'epoch',
      yLabel: 'share at the target, %',
      isPercent: true,
      isStepped: true,
      yDomain: [0, 1],
      lines,
      width,
    }),
  ];
}

function signalCharts(points: ReportData['signals']): string[] {
  return ['activation variance', 'gradient norm'].flatMap((signal) => {
    const own = points.filter((point) => point.signal === signal);
    const lines = [...groupedBy(own, ({ initializer }) => initializer)].map(([initializer, members]) => {
      const theory = members.filter((point) => point.theory !== null).map(({ layer, theory: y }) => ({ x: layer, y }));
      const measured = members.map(({ layer, median }) => ({ x: layer, y: median }));
      return initializerLine(initializer, measured, theory.length === 0 ? undefined : theory);
    });
    const isDeep = own.some(({ layer }) => layer > 1);
    if (!isDeep || !hasNumbers(lines)) return [];
    const title = `${signal} by layer, before training`;
    return [lineChart({ title, xLabel: 'hidden layer', yLabel: signal, yScale: 'log', lines, width })];
  });
}

function linesOf<Point extends { readonly initializer: string }>(
  points: readonly Point[],
  pointOf: (point: Point) => LinePoint,
): ChartLine[] {
  return [...groupedBy(points, ({ initializer }) => initializer)].map(([initializer, members]) =>
    initializerLine(initializer, members.map(pointOf)),
  );
}

function hasNumbers(lines: readonly ChartLine[]): boolean {
  return lines.some(({ points }) => points.some(({ y }) => y !== null));
}
