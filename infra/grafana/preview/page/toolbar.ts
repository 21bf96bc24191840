import { element } from './element.ts';
import type { DashboardModel } from './model.ts';
import { everything, type Variable } from './variables.ts';

export interface ToolbarActions {
  choose(variable: string, values: readonly string[]): void;
  setRange(from: string, to: string): void;
  setRefresh(on: boolean): void;
  switchTheme(): void;
}

export interface ToolbarState {
  readonly dashboards: readonly DashboardModel[];
  readonly dashboard: DashboardModel;
  readonly variables: readonly Variable[];
  readonly from: string;
  readonly to: string;
  /** How often it is read anew, such as `30s`; empty for never. */
  readonly every: string;
  readonly refreshing: boolean;
  readonly links: readonly { readonly title: string; readonly href: string }[];
}

const ranges: readonly (readonly [text: string, from: string])[] = [
  ['Last 5 minutes', 'now-5m'],
  ['Last 1 hour', 'now-1h'],
  ['Last 6 hours', 'now-6h'],
  ['Last 24 hours', 'now-24h'],
  ['Last 7 days', 'now-7d'],
  ['Last 30 days', 'now-30d'],
  ['Last 1 year', 'now-1y'],
];

/** The dashboard's name and description, its variables, links, time range and refresh. */
export function toolbar(state: ToolbarState, actions: ToolbarActions): HTMLElement {
  const { dashboard, dashboards, variables } = state;
  const menu = element('select', {
    className: 'dashboards',
    title: dashboard.description ?? '',
    onchange: () => location.assign(`/d/${menu.value}`),
  });
  menu.append(
    ...dashboards.map(({ uid, title }) => element('option', { value: uid, selected: uid === dashboard.uid }, title)),
  );
  return element(
    'nav',
    {},
    element(
      'div',
      { className: 'bar-top' },
      element('span', { className: 'crumb' }, 'initsweep ›'),
      menu,
      element('span', { className: 'note' }, 'preview, drawn by initsweep itself'),
      element('span', { className: 'grow' }),
      timeRange(state, actions),
      refresh(state, actions),
      element('button', { title: 'light or dark', onclick: () => actions.switchTheme() }, '◐'),
    ),
    element(
      'div',
      { className: 'bar-variables' },
      ...variables
        .filter(({ model }) => Number(model.hide ?? 0) !== 2 && model.hide !== 'hideVariable')
        .map((variable) => picker(variable, actions)),
      element('span', { className: 'grow' }),
      ...state.links.map(({ title, href }) => element('a', { className: 'link', href }, title)),
    ),
  );
}

function timeRange({ from, to }: ToolbarState, actions: ToolbarActions): HTMLElement {
  const select = element('select', { title: 'time range', onchange: () => actions.setRange(select.value, 'now') });
  const known = to === 'now' && ranges.some(([, start]) => start === from);
  if (!known) select.append(element('option', { value: from, selected: true }, `${readable(from)} to ${readable(to)}`));
  select.append(
    ...ranges.map(([text, start]) => element('option', { value: start, selected: known && start === from }, text)),
  );
  return select;
}

function readable(instant: string): string {
  return /^\d+$/.test(instant) ? new Date(Number(instant)).toLocaleString() : instant;
}

function refresh({ every, refreshing }: ToolbarState, actions: ToolbarActions): HTMLElement | null {
  if (!every) return null;
  const box = element('input', {
    type: 'checkbox',
    checked: refreshing,
    onchange: () => actions.setRefresh(box.checked),
  });
  return element('label', { className: 'refresh' }, box, `every ${every}`);
}

/** One choice as a menu; several as a list of boxes that opens. */
function picker(variable: Variable, actions: ToolbarActions): HTMLElement {
  const { model, options, chosen, all } = variable;
  const label = element('span', { className: 'label' }, model.label ?? model.name);
  if (!model.multi) {
    const select = element('select', { onchange: () => actions.choose(model.name, [select.value]) });
    if (model.includeAll) select.append(element('option', { value: everything, selected: all }, 'All'));
    select.append(
      ...options.map(({ text, value }) => element('option', { value, selected: !all && chosen.includes(value) }, text)),
    );
    if (options.length === 0) select.append(element('option', {}, 'None'));
    return element('div', { className: 'variable' }, label, select);
  }
  const shown = all
    ? 'All'
    : options
        .filter(({ value }) => chosen.includes(value))
        .map(({ text }) => text)
        .join(' + ');
  const boxOf = (value: string, text: string, checked: boolean) =>
    element('label', {}, element('input', { type: 'checkbox', value, checked }), text);
  const boxes = options.map(({ text, value }) => boxOf(value, text, !all && chosen.includes(value)));
  const allBox = model.includeAll ? boxOf(everything, 'All', all) : null;
  const list = element('div', { className: 'choices' }, allBox, ...boxes);
  const details = element('details', {}, element('summary', {}, shown || 'None'), list);
  list.addEventListener('change', (event) => {
    // Choosing one beside "All" means that one.
    if (allBox && event.target !== allBox.firstChild) (allBox.firstChild as HTMLInputElement).checked = false;
  });
  details.addEventListener('toggle', () => {
    if (details.open) return;
    const values = [...list.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) => value);
    actions.choose(model.name, values.includes(everything) ? [everything] : values);
  });
  return element('div', { className: 'variable' }, label, details);
}
