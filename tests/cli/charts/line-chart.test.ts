import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { initializerLine, lineChart, type LineChart } from '../../../cli/charts/line-chart.ts';

const points = [0, 1, 2, 3].map((x) => ({ x, y: 2 - x / 2, low: 1.5 - x / 2, high: 2.5 - x / 2 }));
const chart: LineChart = {
  title: 'relu · depth 8, <loss> & "band"',
  xLabel: 'epoch',
  yLabel: 'validation loss',
  lines: [initializerLine('heNormal', points), initializerLine('glorotUniform', points)],
};

/** Paths of lines (not of the bands, which are filled) in the plot. */
function linePaths(svg: string): string[] {
  const { document } = parseHTML(svg);
  return [...document.querySelectorAll('g[aria-label="line"] path')].map((path) => path.getAttribute('d') ?? '');
}

describe('lineChart', () => {
  it('is the same text for the same data, and needs nothing from outside', () => {
    const svg = lineChart(chart);
    expect(lineChart(chart)).toBe(svg);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|url\(|@import|<script/);
  });

  it('keeps marks of the title out of the markup', () => {
    const { document } = parseHTML(lineChart(chart));
    expect(document.querySelector('svg')!.getAttribute('aria-label')).toBe(chart.title);
    expect(document.querySelector('text')!.textContent).toBe(chart.title);
  });

  it('draws each initializer in its own colour and dashes, with its band', () => {
    const svg = lineChart(chart);
    const { document } = parseHTML(svg);
    const lines = [...document.querySelectorAll('g[aria-label="line"]')];
    expect(lines.map((line) => line.getAttribute('stroke'))).toEqual(['#0072b2', '#e69f00']);
    expect(lines.map((line) => line.getAttribute('stroke-dasharray'))).toEqual([null, '10 6']);
    expect(document.querySelectorAll('g[aria-label="area"] path')).toHaveLength(2);
  });

  it('leaves a gap where there is no number', () => {
    const gap = points.map((point) => (point.x === 1 ? { x: 1, y: null } : point));
    const [path] = linePaths(lineChart({ ...chart, lines: [initializerLine('heNormal', gap)] }));
    // Two pieces: the single point before the gap, and the line after it.
    expect(path!.match(/M/g)).toHaveLength(2);
  });

  it('leaves a gap where a logarithmic scale has no place', () => {
    const zero = points.map((point) => ({ x: point.x, y: point.x === 2 ? 0 : 10 ** -point.x }));
    const [path] = linePaths(lineChart({ ...chart, yScale: 'log', lines: [initializerLine('zeros', zero)] }));
    expect(path).not.toMatch(/NaN|Infinity/);
    expect(path!.match(/M/g)).toHaveLength(2);
  });

  it('marks on a logarithmic x scale each place that a line has, evenly for equal factors', () => {
    const rates = [2, 4, 8, 16].map((x) => ({ x, y: x }));
    const { document } = parseHTML(lineChart({ ...chart, xScale: 'log', lines: [initializerLine('heNormal', rates)] }));
    const labels = [...document.querySelectorAll('g[aria-label="x-axis tick label"] text')].map(
      (text) => text.textContent,
    );
    expect(labels).toEqual(['2', '4', '8', '16']);
    const places = [...document.querySelectorAll('g[aria-label="dot"] circle')].map((dot) =>
      Number(dot.getAttribute('cx')),
    );
    expect(places[2]! - places[1]!).toBeCloseTo(places[1]! - places[0]!, 6);
  });

  it('adds theory, and a key that says so', () => {
    const svg = lineChart({ ...chart, lines: [initializerLine('heNormal', points, points)] });
    expect(linePaths(svg)).toHaveLength(2);
    expect(svg).toContain('>theory</text>');
    expect(lineChart(chart)).not.toContain('>theory</text>');
  });

  it('puts keys that do not fit into another row', () => {
    const height = (svg: string) => Number(parseHTML(svg).document.querySelector('svg')!.getAttribute('height'));
    expect(height(lineChart({ ...chart, width: 140 }))).toBe(height(lineChart(chart)) + 18);
  });
});
