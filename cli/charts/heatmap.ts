import * as Plot from '@observablehq/plot';
import { plotSvg } from './plot-svg.ts';

export interface HeatmapCell {
  readonly row: string;
  readonly column: string;
  /** What colours it; null: no number, drawn without a colour. */
  readonly value: number | null;
  /** What stands in it. */
  readonly text: string;
}

export interface Heatmap {
  readonly title: string;
  /** In this order, from above and from the left. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly HeatmapCell[];
  /** Values at the dark and at the bright end; default: the smallest and the largest. Give `[high, low]` where less is better. */
  readonly domain?: readonly [number, number];
  /** Pixels of a cell; default 92 by 30. */
  readonly cellWidth?: number;
  readonly cellHeight?: number;
}

const letterWidth = 6.4;

/** A table of numbers on colours (cividis, made for readers with colour vision deficiencies; Nuñez et al. 2018), as SVG text. */
export function heatmap({ title, rows, columns, cells, domain, cellWidth = 92, cellHeight = 30 }: Heatmap): string {
  const values = cells.flatMap(({ value }) => (value === null ? [] : [value]));
  const [from, to] = domain ?? [Math.min(...values), Math.max(...values)];
  const scale = Plot.scale({ color: { type: 'linear', scheme: 'cividis', domain: [0, 1], clamp: true } });
  const coloured = cells.map((cell) => {
    if (cell.value === null) return { ...cell, fill: 'none', ink: 'currentColor' };
    const fill = String(scale.apply(to === from ? 1 : (cell.value - from) / (to - from)));
    return { ...cell, fill, ink: isDark(fill) ? '#ffffff' : '#000000' };
  });
  const marginLeft = 16 + letterWidth * Math.max(...rows.map((row) => row.length), 4);
  return plotSvg({
    title,
    width: Math.ceil(marginLeft + columns.length * cellWidth + 8),
    height: rows.length * cellHeight + 34,
    legend: [],
    options: {
      marginLeft,
      marginTop: 26,
      marginRight: 8,
      marginBottom: 8,
      padding: 0.04,
      x: { domain: columns, axis: 'top', label: null, tickSize: 0 },
      y: { domain: rows, label: null, tickSize: 0 },
      marks: [
        Plot.cell(coloured, {
          x: 'column',
          y: 'row',
          fill: 'fill',
          stroke: 'currentColor',
          strokeOpacity: 0.25,
          rx: 3,
        }),
        Plot.text(coloured, { x: 'column', y: 'row', text: 'text', fill: 'ink' }),
      ],
    },
  });
}

/** Whether white is read better than black on a colour, `rgb(r, g, b)` or `#rrggbb`: relative luminance below WCAG 2's middle. */
function isDark(colour: string): boolean {
  const hex = /^#(..)(..)(..)$/.exec(colour);
  const parts = hex ? hex.slice(1).map((part) => parseInt(part, 16)) : (colour.match(/\d+/g) ?? []).map(Number);
  const [r, g, b] = parts.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.179;
}
