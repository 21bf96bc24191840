/** The preview's page: reads dashboards' JSON, asks their queries and draws them as Grafana lays them out. Grafana's own packages apply fields, colours, units and transformations. */
import { createTheme, dateMath, dateTime, type GrafanaTheme2, rangeUtil, type TimeRange } from '@grafana/data';
import { ask, readDashboards } from './ask.ts';
import { element } from './element.ts';
import { layOut } from './layout.ts';
import type { DashboardModel } from './model.ts';
import { panelBox } from './panel-box.ts';
import type { Annotation } from './panels/panel-view.ts';
import { addressParts, interpolatorOf } from './scope.ts';
import { toolbar } from './toolbar.ts';
import { readVariables, type Variable, valuesOf } from './variables.ts';

/** Grafana's grid: a cell's height and the room between cells, in pixels. */
const cellHeight = 30;
const gap = 8;
const gridColumns = 24;

const host = document.getElementById('preview')!;
const closed = new Set<number>();
let refreshing = true;
let timer: number | undefined;

async function show(): Promise<void> {
  document.body.dataset['state'] = 'loading';
  window.clearTimeout(timer);
  const address = new URL(location.href);
  const dashboards = await readDashboards();
  const dashboard = dashboards.find(({ uid }) => address.pathname === `/d/${uid}`) ?? home(dashboards);
  const theme = createTheme({ colors: { mode: address.searchParams.get('theme') === 'light' ? 'light' : 'dark' } });
  applyTheme(theme);
  document.title = `${dashboard.title}, initsweep preview`;
  const [from, to] = [
    address.searchParams.get('from') ?? dashboard.time?.from ?? 'now-6h',
    address.searchParams.get('to') ?? dashboard.time?.to ?? 'now',
  ];
  const range = rangeOf(from, to);
  const variables = await readVariables(dashboard, wantedOf(address.searchParams), range);
  const annotations = await readAnnotations(dashboard, variables, range, theme);
  const every = address.searchParams.get('refresh') ?? dashboard.refresh ?? '';
  const links = (dashboard.links ?? []).flatMap((link) => linkTargets(link, dashboards, variables, range));
  const bar = toolbar(
    { dashboards, dashboard, variables, from, to, every, refreshing, links },
    {
      choose: (name, values) =>
        go((parameters) => {
          parameters.delete(`var-${name}`);
          for (const value of values) parameters.append(`var-${name}`, value);
        }),
      setRange: (start, end) =>
        go((parameters) => {
          parameters.set('from', start);
          parameters.set('to', end);
        }),
      setRefresh: (on) => {
        refreshing = on;
        void show();
      },
      switchTheme: () => go((parameters) => parameters.set('theme', theme.isDark ? 'light' : 'dark')),
    },
  );
  const grid = element('div', { className: 'grid' });
  const scroll = window.scrollY;
  host.replaceChildren(bar, grid);
  await drawPanels(grid, dashboard, { dashboard: dashboard.uid, variables, range, theme, annotations });
  window.scrollTo(0, scroll);
  document.body.dataset['state'] = 'ready';
  if (refreshing && every) timer = window.setTimeout(() => void show(), rangeUtil.intervalToMs(every));
}

function home(dashboards: readonly DashboardModel[]): DashboardModel {
  return dashboards.find(({ uid }) => uid === 'initsweep-sweeps') ?? dashboards[0]!;
}

interface Shown {
  readonly dashboard: string;
  readonly variables: readonly Variable[];
  readonly range: TimeRange;
  readonly theme: GrafanaTheme2;
  readonly annotations: readonly Annotation[];
}

async function drawPanels(grid: HTMLElement, dashboard: DashboardModel, context: Shown): Promise<void> {
  const fills: (() => Promise<void>)[] = [];
  let bottom = 0;
  const columnWidth = (grid.clientWidth + gap) / gridColumns;
  for (const { panel, scope } of layOut(dashboard.panels ?? [], context.variables, closed)) {
    const { x, y, w, h } = panel.gridPos;
    // A repeated panel sees its own value only.
    const variables = context.variables.map((one) => {
      const own = scope.get(one.model.name);
      return own === undefined ? one : { ...one, chosen: [own], all: false };
    });
    const place = {
      left: `${x * columnWidth}px`,
      top: `${y * (cellHeight + gap)}px`,
      width: `${w * columnWidth - gap}px`,
      height: `${h * (cellHeight + gap) - gap}px`,
    };
    bottom = Math.max(bottom, (y + h) * (cellHeight + gap));
    if (panel.type === 'row') {
      const mark = closed.has(panel.id) ? '›' : '⌄';
      const flip = () => {
        if (!closed.delete(panel.id)) closed.add(panel.id);
        void show();
      };
      const title = interpolatorOf(variables, context.range)(panel.title ?? '');
      const row = element('button', { className: 'row', onclick: flip }, mark, element('b', {}, title));
      Object.assign(row.style, place);
      grid.append(row);
      continue;
    }
    const made = panelBox(panel, { ...context, variables });
    Object.assign(made.box.style, place);
    grid.append(made.box);
    fills.push(() => made.fill());
  }
  grid.style.height = `${bottom}px`;
  await Promise.all(fills.map((fill) => fill()));
}

async function readAnnotations(
  dashboard: DashboardModel,
  variables: readonly Variable[],
  range: TimeRange,
  theme: GrafanaTheme2,
): Promise<Annotation[]> {
  const wanted = (dashboard.annotations.list ?? []).filter(({ enable, target }) => enable !== false && target?.rawSql);
  const read = wanted.map(async ({ name, iconColor }) => {
    const columns = await ask({
      dashboard: dashboard.uid,
      query: { kind: 'annotation', name },
      values: valuesOf(variables),
      range,
      intervalMs: 60_000,
    });
    const of = (column: string) => columns.find((one) => one.name === column)?.values ?? [];
    const [times, texts] = [of('time'), of('text')];
    return times.map((time, index) => ({
      timeMs: Number(time),
      text: String(texts[index] ?? ''),
      color: theme.visualization.getColorByName(iconColor ?? 'red'),
    }));
  });
  return (await Promise.all(read)).flat();
}

function linkTargets(
  link: NonNullable<DashboardModel['links']>[number],
  dashboards: readonly DashboardModel[],
  variables: readonly Variable[],
  range: TimeRange,
) {
  const kept = [
    ...(link.includeVars ? variables.flatMap(addressParts) : []),
    ...(link.keepTime ? [`from=${range.raw.from.valueOf()}`, `to=${range.raw.to.valueOf()}`] : []),
  ];
  const withKept = (href: string) =>
    kept.length === 0 ? href : `${href}${href.includes('?') ? '&' : '?'}${kept.join('&')}`;
  if (link.type === 'dashboards') return dashboards.map(({ title, uid }) => ({ title, href: withKept(`/d/${uid}`) }));
  const interpolated = interpolatorOf(variables, range)(link.url ?? '', undefined, 'uriencode');
  return [{ title: link.title, href: withKept(interpolated) }];
}

function wantedOf(parameters: URLSearchParams): Map<string, string[]> {
  const names = [...parameters.keys()].filter((key) => key.startsWith('var-'));
  return new Map(names.map((key) => [key.slice('var-'.length), parameters.getAll(key)]));
}

function rangeOf(from: string, to: string): TimeRange {
  const raw = (text: string) => (/^\d+$/.test(text) ? dateTime(Number(text)) : text);
  const parse = (text: string, roundUp: boolean) =>
    /^\d+$/.test(text) ? dateTime(Number(text)) : dateMath.parse(text, roundUp)!;
  return { from: parse(from, false), to: parse(to, true), raw: { from: raw(from), to: raw(to) } };
}

function go(change: (parameters: URLSearchParams) => void): void {
  const address = new URL(location.href);
  change(address.searchParams);
  history.pushState(null, '', address);
  void show();
}

function applyTheme({ colors, isDark }: GrafanaTheme2): void {
  const variables = {
    canvas: colors.background.canvas,
    panel: colors.background.primary,
    raised: colors.background.secondary,
    border: colors.border.weak,
    strong: colors.border.medium,
    text: colors.text.primary,
    dim: colors.text.secondary,
    link: colors.text.link,
    error: colors.error.text,
    scheme: isDark ? 'dark' : 'light',
  };
  for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(`--${name}`, value);
  document.documentElement.style.colorScheme = variables.scheme;
}

window.addEventListener('popstate', () => void show());
let resized: number | undefined;
window.addEventListener('resize', () => {
  window.clearTimeout(resized);
  resized = window.setTimeout(() => void show(), 200);
});
show().catch((error: unknown) => {
  host.replaceChildren(element('div', { className: 'message error' }, (error as Error).message));
  document.body.dataset['state'] = 'failed';
});
