import type { DataFrame, Field, InterpolateFunction, ScopedVars, TimeRange } from '@grafana/data';
import { formattedValueToString, getFieldDisplayName } from '@grafana/data';
import { interpolate, type VariableFormat } from '../../interpolate.ts';
import { everything, type Variable } from './variables.ts';

interface DataContext {
  readonly frame: DataFrame;
  readonly field: Field;
  readonly rowIndex?: number;
}

/** Replaces variables in titles, texts and links: the dashboard's own, and in links those of the row that is clicked. */
export function interpolatorOf(variables: readonly Variable[], range: TimeRange): InterpolateFunction {
  return (text, scoped, format) => {
    const usual: VariableFormat = format === 'uriencode' ? 'uriencode' : 'text';
    return interpolate(
      text,
      (name, path) => scopedValue(name, path, scoped) ?? lookUp(name, text, variables, range, usual),
      usual,
    );
  };
}

function lookUp(name: string, _text: string, variables: readonly Variable[], range: TimeRange, usual: VariableFormat) {
  if (name === '__from') return String(range.from.valueOf());
  if (name === '__to') return String(range.to.valueOf());
  if (name === '__all_variables') return variables.flatMap(addressParts);
  const found = variables.find(({ model }) => model.name === name);
  if (!found) return undefined;
  if (usual !== 'text') return found.chosen;
  if (found.all) return 'All';
  return found.chosen.map((value) => found.options.find((option) => option.value === value)?.text ?? value);
}

/** A variable as parts of a dashboard's address, such as `var-depth=8`. */
export function addressParts({ model, chosen, all }: Variable): string[] {
  return (all ? [everything] : chosen).map((value) => `var-${model.name}=${encodeURIComponent(value)}`);
}

function scopedValue(
  name: string,
  path: string | undefined,
  scoped?: ScopedVars,
): string | readonly string[] | undefined {
  const own = scoped?.[name];
  if (own && path === undefined) return String(own.value);
  const context = scoped?.['__dataContext']?.value as DataContext | undefined;
  if (!context || !path) return undefined;
  const { frame, field, rowIndex } = context;
  if (name === '__field')
    return path === 'name' ? getFieldDisplayName(field, frame) : (field.labels?.[path.replace('labels.', '')] ?? '');
  if (rowIndex === undefined || (name !== '__data' && name !== '__value')) return undefined;
  if (name === '__value') return valueAt(field, rowIndex, path);
  const wanted = path.replace(/^fields[.[]"?'?/, '').replace(/["'\]]+$/, '');
  const found = frame.fields.find((one) => one.name === wanted || getFieldDisplayName(one, frame) === wanted);
  return found ? valueAt(found, rowIndex, 'raw') : '';
}

function valueAt(field: Field, row: number, path: string): string {
  const value = field.values[row] as string | number | boolean | null | undefined;
  if (path === 'text') return formattedValueToString(field.display!(value));
  return value === null || value === undefined ? '' : String(value);
}
