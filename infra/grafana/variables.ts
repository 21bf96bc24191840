import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource } from './sql-query.ts';

/** Chooses among the PostgreSQL data sources, so that no dashboard names one. */
export function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label('Database').type('postgres');
}

/** A choice among the rows of a query, in the query's order; read anew whenever the time range is, as on each refresh. */
export function queryVariable(name: string, label: string, sql: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .query(sql)
    .definition(sql)
    .datasource(datasource)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .allowCustomValue(false);
}

/** A choice among fixed values; the first is the default. */
export function fixedVariable(name: string, label: string, values: readonly string[]): CustomVariableBuilder {
  return new CustomVariableBuilder(name)
    .label(label)
    .options(values.map((value, index) => ({ text: value, value, selected: index === 0 })))
    .allowCustomValue(false);
}
