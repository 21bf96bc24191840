import { fieldReducers, formattedValueToString, reduceField } from '@grafana/data';
import { element } from '../element.ts';
import type { ChartSeries } from './series.ts';

export interface LegendOptions {
  readonly showLegend?: boolean;
  readonly displayMode?: string;
  readonly placement?: string;
  readonly calcs?: readonly string[];
}

/** Names of the series with their lines, and what the panel wants to have calculated of each. */
export function legend(series: readonly ChartSeries[], options: LegendOptions): HTMLElement {
  const shown = series.filter(({ style }) => !style.hideFrom?.legend);
  const calcs = options.calcs ?? [];
  if (options.displayMode === 'table') {
    const heads = ['Name', ...calcs.map((id) => fieldReducers.get(id).name)];
    const rows = shown.map((one) =>
      element(
        'tr',
        {},
        element('td', {}, name(one)),
        ...calcs.map((id) => element('td', { className: 'number' }, calculated(one, id))),
      ),
    );
    return element(
      'table',
      { className: 'legend-table' },
      element('tr', {}, ...heads.map((head, index) => element('th', { className: index === 0 ? '' : 'number' }, head))),
      ...rows,
    );
  }
  const items = shown.map((one) => {
    const numbers = calcs.map((id) => ` ${fieldReducers.get(id).name}: ${calculated(one, id)}`).join('');
    return element('span', { className: 'legend-item' }, name(one), numbers);
  });
  return element('div', { className: 'legend-list' }, ...items);
}

function name({ name: text, color, style }: ChartSeries): HTMLElement {
  const pattern = linePatterns[style.lineStyle?.fill ?? 'solid'] ?? linePatterns['solid']!;
  const line = element('span', { className: 'legend-line', style: { background: pattern(color) } });
  return element('span', {}, line, text);
}

/** What Grafana draws before a series's name: all dashes look alike there. */
const linePatterns: Readonly<Record<string, (color: string) => string>> = {
  solid: (color) => color,
  dash: (color) => `repeating-linear-gradient(90deg, ${color} 0 8px, transparent 8px 12px)`,
  dot: (color) => `repeating-linear-gradient(90deg, ${color} 0 3px, transparent 3px 5px)`,
};

function calculated({ field }: ChartSeries, id: string): string {
  return formattedValueToString(field.display!(reduceField({ field, reducers: [id] })[id]));
}
