/** Pictures of results as SVG text: Observable Plot on a DOM that needs no browser. What is drawn where is each chart's own file. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { legendRows, type LegendEntry } from './legend.ts';

export interface PlotSvg {
  readonly options: Plot.PlotOptions;
  /** Said to those who cannot see the picture, and shown above it. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly legend: readonly LegendEntry[];
}

const titleHeight = 20;
const legendRowHeight = 18;
const fontFamily = 'system-ui, sans-serif';

/** Text and axes follow the reader's light or dark scheme; lines have colours that are readable on both. */
const colours = '.chart{color:#1f2328}@media (prefers-color-scheme:dark){.chart{color:#e6edf3}}';

/** A picture that stands alone as a file or within a page: title, legend and plot. Equal data give equal text. */
export function plotSvg({ options, title, width, height, legend }: PlotSvg): string {
  const { document } = parseHTML('<html><body></body></html>');
  const plot = Plot.plot({
    ...options,
    document,
    width,
    height,
    style: { ...(typeof options.style === 'object' ? options.style : {}), background: 'none', fontSize: '11px' },
  });
  const rows = legendRows(legend, width);
  const top = titleHeight + rows.length * legendRowHeight;
  const keys = rows.flatMap((row, y) =>
    row.map(({ entry, x }) => legendKey(entry, x, titleHeight + y * legendRowHeight + legendRowHeight / 2)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-label="${escaped(title)}" width="${width}" ` +
      `height="${top + height}" viewBox="0 0 ${width} ${top + height}" font-family="${fontFamily}" font-size="11" fill="currentColor">`,
    `<style>${colours}</style>`,
    `<text x="2" y="14" font-size="13" font-weight="600">${escaped(title)}</text>`,
    ...keys,
    plot.outerHTML.replace('<svg ', `<svg y="${top}" `),
    '</svg>',
  ].join('\n');
}

function legendKey({ label, colour, dash }: LegendEntry, x: number, y: number): string {
  const dashes = dash === null ? '' : ` stroke-dasharray="${dash.join(' ')}"`;
  return (
    `<line x1="${x}" x2="${x + 24}" y1="${y}" y2="${y}" stroke="${colour}" stroke-width="2"${dashes}/>` +
    `<text x="${x + 29}" y="${y + 4}">${escaped(label)}</text>`
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
