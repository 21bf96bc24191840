import { type Field, formattedValueToString } from '@grafana/data';
import type uPlot from 'uplot';
import { element } from '../element.ts';
import type { ChartSeries } from './series.ts';

export interface TooltipOptions {
  readonly mode?: string;
  readonly sort?: string;
}

/** A box beside the cursor with the values under it; the mode `single` shows the nearest series only. */
export function tooltip(
  x: Field,
  series: readonly ChartSeries[],
  { mode = 'single', sort = 'none' }: TooltipOptions,
): uPlot.Plugin {
  const box = element('div', { className: 'tooltip' });
  const hide = () => (box.style.display = 'none');
  return {
    hooks: {
      ready: (plot) => {
        plot.over.append(box);
        hide();
        plot.over.addEventListener('mouseleave', hide);
      },
      setCursor: (plot) => {
        const { idx, left = 0, top = 0 } = plot.cursor;
        if (idx === null || idx === undefined || left < 0 || mode === 'none') return hide();
        let rows = series
          .map((one, index) => ({
            ...one,
            value: one.field.values[idx] as number | null,
            y: plot.valToPos(plot.data[index + 1]![idx] ?? NaN, plot.series[index + 1]!.scale!),
          }))
          .filter(({ value, style }) => value !== null && value !== undefined && !style.hideFrom?.tooltip);
        if (mode === 'single') rows = rows.sort((a, b) => Math.abs(a.y - top) - Math.abs(b.y - top)).slice(0, 1);
        else if (sort !== 'none') rows.sort((a, b) => (Number(a.value) - Number(b.value)) * (sort === 'desc' ? -1 : 1));
        if (rows.length === 0) return hide();
        box.replaceChildren(
          element('div', { className: 'tooltip-head' }, formattedValueToString(x.display!(x.values[idx]))),
          ...rows.map(({ color, name, field, value }) =>
            element(
              'div',
              { className: 'tooltip-row' },
              element('i', { style: { background: color } }),
              name,
              element('b', {}, formattedValueToString(field.display!(value))),
            ),
          ),
        );
        box.style.display = 'block';
        const beyond = left > plot.over.clientWidth / 2;
        Object.assign(box.style, {
          top: `${top}px`,
          left: beyond ? '' : `${left + 14}px`,
          right: beyond ? `${plot.over.clientWidth - left + 14}px` : '',
        });
      },
    },
  };
}
