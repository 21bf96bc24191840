import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';

const pages = {
  sweeps: 'All sweeps',
  sweep: 'This sweep',
  signal: 'Signal by layer',
  trial: 'One trial',
  compare: 'Compare',
  operations: 'Operations',
} as const;

export type Page = keyof typeof pages;

/** Stable: part of a dashboard's address. */
export function uidOf(page: Page): string {
  return `initsweep-${page}`;
}

/** Links to the other dashboards; variables that both have, and the time range, go along. */
export function linksFrom(page: Page): DashboardLinkBuilder[] {
  return (Object.keys(pages) as Page[])
    .filter((other) => other !== page)
    .map((other) =>
      new DashboardLinkBuilder(pages[other])
        .type(DashboardLinkType.Link)
        .url(`/d/${uidOf(other)}`)
        .icon('dashboard')
        .includeVars(true)
        .keepTime(true),
    );
}

/** A link from a table's row; `values` are variables of the page to their values. */
export function rowLink(title: string, page: Page, values: Readonly<Record<string, string>>): object {
  const query = Object.entries({ 'var-datasource': '${datasource}', ...values }).map(
    ([name, value]) => `${name}=${value}`,
  );
  return { title, url: `/d/${uidOf(page)}?${query.join('&')}`, targetBlank: false };
}

/** The value of a column of the row that was clicked. */
export function cellOfRow(column: string): string {
  return '${__data.fields.' + column + '}';
}
