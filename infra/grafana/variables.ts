import {
  ConstantVariableBuilder,
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { anyOf, datasource, quoted } from './sql-query.ts';

const everything = { text: 'All', value: '$__all', selected: true };

/** Chooses among the PostgreSQL data sources, so that no dashboard names one. */
export function datasourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label('Database').type('postgres');
}

/** Chooses among the Prometheus data sources, where there are any. */
export function prometheusVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('prometheus').label('Prometheus').type('prometheus');
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

/** Several of the rows of a query, all of them unless somebody chooses. */
export function severalOf(name: string, label: string, sql: string): QueryVariableBuilder {
  return queryVariable(name, label, sql).multi(true).includeAll(true).current(everything);
}

/** Which curve of an epoch is drawn; the first is the default. */
export function curvesVariable(): CustomVariableBuilder {
  const curves = ['validation loss', 'validation accuracy', 'training loss', 'training accuracy'];
  return new CustomVariableBuilder('metric')
    .label('Curves of')
    .options(curves.map((value, index) => ({ text: value, value, selected: index === 0 })))
    .allowCustomValue(false);
}

/** A value that the generator is told, for links. */
export function constantVariable(name: string, value: string): ConstantVariableBuilder {
  return new ConstantVariableBuilder(name).value(value);
}

const sweepNames = `name || ', ' || to_char(created_at, 'YYYY-MM-DD HH24:MI') AS __text, sweep_id AS __value
FROM sweep_status
ORDER BY created_at DESC
LIMIT 500`;

/** One sweep; the newest unless somebody chooses. */
export function sweepVariable(): QueryVariableBuilder {
  return queryVariable('sweep', 'Sweep', `SELECT ${sweepNames}`);
}

/** Several sweeps. */
export function sweepsVariable(): QueryVariableBuilder {
  return queryVariable('sweeps', 'Sweeps', `SELECT ${sweepNames}`).multi(true);
}

/** Filters on the cells of a sweep, each among what those before it leave. */
const filters = [
  { name: 'dataset', label: 'Data set', column: 'dataset', cast: '' },
  { name: 'activation', label: 'Activation', column: 'activation', cast: '' },
  { name: 'depth', label: 'Depth', column: 'depth', cast: '::text' },
  { name: 'width', label: 'Width', column: 'width', cast: '::text' },
  { name: 'rate', label: 'Learning rate', column: 'learning_rate', cast: '::text' },
] as const;

interface CellCondition {
  /** Only the filters that stand before this one. */
  readonly before?: string;
  /** The name that the query has given to cell_result. */
  readonly alias?: string;
}

/** Condition on cell_result: the sweep, and what its filters leave. */
export function chosenCells({ before, alias }: CellCondition = {}): string {
  const until = filters.findIndex(({ name }) => name === before);
  const taken = until < 0 ? filters : filters.slice(0, until);
  const own = (column: string): string => (alias === undefined ? column : `${alias}.${column}`);
  return [
    `${own('sweep_id')} = ${quoted('sweep')}`,
    ...taken.map(({ name, column, cast }) => anyOf(own(column) + cast, name)),
  ].join('\n  AND ');
}

/** Condition on cell_result and its kin: an initializer that is chosen. */
export const chosenInitializers = anyOf('initializer', 'initializer');

/** Condition on the views by cell: the one network whose curves and layers are shown. */
export const chosenRegime = `sweep_id = ${quoted('sweep')} AND regime = ${quoted('regime')}`;

/** The filters, the network whose details are shown (those that are done come first), and initializers. */
export function cellVariables(): QueryVariableBuilder[] {
  return [
    ...filters.map(({ name, label, column }) =>
      severalOf(
        name,
        label,
        `SELECT DISTINCT ${column}\nFROM cell_result\nWHERE ${chosenCells({ before: name })}\nORDER BY ${column}`,
      ),
    ),
    queryVariable(
      'regime',
      'Details of',
      `SELECT regime
FROM cell_result
WHERE ${chosenCells()}
GROUP BY activation, depth, setting, regime
ORDER BY activation, depth, setting`,
    ),
    severalOf(
      'initializer',
      'Initializers',
      `SELECT DISTINCT initializer\nFROM cell_result\nWHERE ${chosenCells()}\nORDER BY initializer`,
    ),
  ];
}

/** The sweep's budget of epochs, for titles. */
export function budgetVariable(): QueryVariableBuilder {
  return queryVariable(
    'budget',
    'Budget',
    `SELECT coalesce(max(epoch_budget)::text || ' epochs', 'unknown')\nFROM cell_result\nWHERE sweep_id = ${quoted('sweep')}`,
  ).hide(VariableHide.HideVariable);
}
