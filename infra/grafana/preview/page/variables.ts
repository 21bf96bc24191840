import type { TimeRange } from '@grafana/data';
import type { VariableValues } from '../../interpolate.ts';
import { ask } from './ask.ts';
import type { DashboardModel, VariableJson } from './model.ts';

export interface VariableOption {
  readonly text: string;
  readonly value: string;
}

/** A variable with its choices and what is chosen of them. */
export interface Variable {
  readonly model: VariableJson;
  readonly options: readonly VariableOption[];
  readonly chosen: readonly string[];
  readonly all: boolean;
}

export const everything = '$__all';

/**
 * Evaluates the variables in their order, each with the values of those before it. `wanted` holds what the address asks for; what is no
 * choice any more gives way to the first one, or to all where the variable starts with all.
 */
export async function readVariables(
  dashboard: DashboardModel,
  wanted: ReadonlyMap<string, readonly string[]>,
  range: TimeRange,
): Promise<Variable[]> {
  const variables: Variable[] = [];
  for (const model of dashboard.templating.list ?? []) {
    const options = await optionsOf(dashboard, model, valuesOf(variables), range);
    variables.push(choose(model, options, wanted.get(model.name)));
  }
  return variables;
}

/** What queries and titles get. */
export function valuesOf(variables: readonly Variable[]): VariableValues {
  return Object.fromEntries(
    variables.map(({ model, chosen }) => [model.name, model.multi ? chosen : (chosen[0] ?? '')]),
  );
}

async function optionsOf(
  dashboard: DashboardModel,
  model: VariableJson,
  values: VariableValues,
  range: TimeRange,
): Promise<readonly VariableOption[]> {
  // There is one database here, and no other source of data.
  if (model.type === 'datasource') return model.query === 'postgres' ? [{ text: 'initsweep', value: 'initsweep' }] : [];
  if (model.type === 'constant') return [{ text: String(model.query), value: String(model.query) }];
  if (model.type !== 'query') return model.options ?? [];
  const query = { kind: 'variable', name: model.name } as const;
  const columns = await ask({ dashboard: dashboard.uid, query, values, range, intervalMs: 60_000 });
  const value = columns.find(({ name }) => name === '__value') ?? columns[0];
  const text = columns.find(({ name }) => name === '__text') ?? value;
  return (value?.values ?? []).map((one, index) => ({ text: String(text?.values[index]), value: String(one) }));
}

function choose(model: VariableJson, options: readonly VariableOption[], wanted?: readonly string[]): Variable {
  const values = options.map(({ value }) => value);
  const kept = (wanted ?? [model.current?.value ?? []].flat()).filter(
    (value) => value === everything || values.includes(value),
  );
  const all = model.includeAll === true && (kept.includes(everything) || (kept.length === 0 && startsWithAll(model)));
  if (all) return { model, options, chosen: values, all };
  const given = kept.filter((value) => value !== everything);
  return { model, options, chosen: given.length > 0 ? given : values.slice(0, 1), all };
}

function startsWithAll(model: VariableJson): boolean {
  return [model.current?.value ?? []].flat().includes(everything);
}
