import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import { UserError } from '../../../core/errors.ts';

export interface SqlTarget {
  readonly refId: string;
  readonly rawSql: string;
  readonly format?: 'table' | 'time_series';
}

/** The dashboards of a folder as they are on disk at this moment, so that a change shows when the page is read again. */
export async function readDashboards(folder: string): Promise<Dashboard[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Dashboard));
}

export async function findDashboard(folder: string, uid: string): Promise<Dashboard> {
  const dashboard = (await readDashboards(folder)).find((one) => one.uid === uid);
  if (!dashboard) throw new UserError(`There is no dashboard ${uid}.`);
  return dashboard;
}

/** The query of a panel, those inside of collapsed rows included. */
export function findTarget(dashboard: Dashboard, panelId: number, refId: string): SqlTarget {
  const panels = ((dashboard.panels ?? []) as (Panel | RowPanel)[]).flatMap((panel) => [
    panel,
    ...((panel as RowPanel).panels ?? []),
  ]);
  const panel = panels.find(({ id }) => id === panelId) as Panel | undefined;
  const target = (panel?.targets as unknown as SqlTarget[] | undefined)?.find((one) => one.refId === refId);
  if (!target) throw new UserError(`Panel ${panelId} of ${dashboard.title} has no query ${refId}.`);
  return target;
}

/** The query of a variable or of an annotation, by name. */
export function findNamedSql(dashboard: Dashboard, kind: 'variable' | 'annotation', name: string): string {
  const variable = dashboard.templating.list?.find((one: VariableModel) => one.name === name);
  const annotation = dashboard.annotations.list?.find((one) => one.name === name);
  const sql =
    kind === 'variable' ? variable?.query : (annotation?.target as unknown as { rawSql?: string } | undefined)?.rawSql;
  if (typeof sql !== 'string') throw new UserError(`${dashboard.title} has no ${kind} ${name} with a query.`);
  return sql;
}
