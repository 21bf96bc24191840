import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type pg from 'pg';
import { expandQuery } from '../../../infra/grafana/expand-query.ts';
import type { VariableValues } from '../../../infra/grafana/interpolate.ts';
import { readVariables } from '../../../infra/grafana/panel-queries.ts';

/** Holds all that the fixtures make, with one point a minute. */
const wholeYear = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z'), intervalMs: 60_000 };

/** A query as Grafana sends it. */
export function expanded(sql: string, values: VariableValues): string {
  return expandQuery(sql, { values, ...wholeYear });
}

/** What a dashboard's queries are asked with when it opens. */
export function variablesOf(
  dashboard: Dashboard,
  client: pg.Client,
  chosen: VariableValues = {},
): Promise<VariableValues> {
  return readVariables(dashboard, client, wholeYear, chosen);
}
