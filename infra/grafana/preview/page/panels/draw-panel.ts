import { renderMarkdown } from '@grafana/data';
import { element } from '../element.ts';
import { drawTimeSeries, drawTrend } from './chart.ts';
import type { DrawPanel } from './panel-view.ts';
import { drawStat } from './stat.ts';
import { drawTable } from './table.ts';

const drawText: DrawPanel = (body, { panel, interpolate }) => {
  const { content = '', mode = 'markdown' } = (panel.options ?? {}) as { content?: string; mode?: string };
  const text = interpolate(content);
  const made = element('div', { className: 'text' });
  // renderMarkdown lets no script through.
  if (mode === 'markdown') made.innerHTML = renderMarkdown(text);
  else made.textContent = text;
  body.append(made);
};

/** The panel types that our dashboards have; a new one needs its own drawing here. */
export const drawings: Readonly<Record<string, DrawPanel>> = {
  stat: drawStat,
  table: drawTable,
  text: drawText,
  timeseries: drawTimeSeries,
  trend: drawTrend,
};
