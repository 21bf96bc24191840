import type { TimeRange } from '@grafana/data';
import type { VariableValues } from '../../interpolate.ts';
import type { Column, PreviewAnswer, PreviewQuestion } from '../question.ts';
import type { DashboardModel } from './model.ts';

export async function readDashboards(): Promise<DashboardModel[]> {
  return (await (await fetch('/api/dashboards')).json()) as DashboardModel[];
}

export interface Asked {
  readonly dashboard: string;
  readonly query: PreviewQuestion['query'];
  readonly values: VariableValues;
  readonly range: TimeRange;
  readonly intervalMs: number;
}

/** The columns that a query answers with. Throws Error with the database's own words. */
export async function ask({ dashboard, query, values, range, intervalMs }: Asked): Promise<readonly Column[]> {
  const question = { dashboard, query, values, fromMs: range.from.valueOf(), toMs: range.to.valueOf(), intervalMs };
  const response = await fetch('/api/query', { method: 'POST', body: JSON.stringify(question) });
  const answer = (await response.json()) as PreviewAnswer;
  if ('error' in answer) throw new Error(answer.error);
  return answer.columns;
}
