import {
  applyFieldOverrides,
  createDataFrame,
  type DataFrame,
  type DataTransformerConfig,
  type DataTransformerInfo,
  type FieldConfigPropertyItem,
  type FieldConfigSource,
  FieldConfigOptionsRegistry,
  FieldType,
  type GrafanaTheme2,
  type InterpolateFunction,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from '@grafana/data';
import type { Column, ColumnType } from '../question.ts';

const fieldTypes: Readonly<Record<ColumnType, FieldType>> = {
  time: FieldType.time,
  number: FieldType.number,
  boolean: FieldType.boolean,
  string: FieldType.string,
};

standardTransformersRegistry.setInit(() =>
  // One of them stands there under its old name too.
  [...new Set<DataTransformerInfo>(Object.values(standardTransformers))].map((transformation) => ({
    id: transformation.id,
    name: transformation.name,
    description: transformation.description ?? '',
    transformation,
    editor: () => null,
    imageDark: '',
    imageLight: '',
  })),
);

export function frameOf(refId: string, columns: readonly Column[]): DataFrame {
  return createDataFrame({
    refId,
    fields: columns.map(({ name, type, values }) => ({
      name,
      type: fieldTypes[type],
      values: [...values],
      config: {},
    })),
  });
}

/** Throws Error for a transformation that Grafana's package does not bring. */
export async function transform(
  frames: DataFrame[],
  transformations: readonly DataTransformerConfig[],
  interpolate: InterpolateFunction,
): Promise<DataFrame[]> {
  for (const { id } of transformations) {
    if (!standardTransformersRegistry.getIfExists(id)) throw new Error(`The preview has no transformation ${id}.`);
  }
  return new Promise((resolve, reject) => {
    transformDataFrame([...transformations], frames, { interpolate: (text) => interpolate(text) }).subscribe({
      next: resolve,
      error: reject,
    });
  });
}

const standardProperties = [
  'displayName',
  'unit',
  'min',
  'max',
  'decimals',
  'color',
  'thresholds',
  'mappings',
  'noValue',
  'links',
  'description',
  'filterable',
  'fieldMinMax',
];

/** Colour and thresholds, as Grafana fills them in where a panel's JSON says nothing. */
const usualColors: Readonly<Record<string, string>> = {
  timeseries: 'palette-classic',
  trend: 'palette-classic',
  barchart: 'palette-classic',
  xychart: 'palette-classic',
};

/** Gives every field what the panel says of it: unit, colour, thresholds, mappings, links; Grafana's own rules apply them. */
export function configure(
  frames: DataFrame[],
  panel: { readonly type: string; readonly fieldConfig?: FieldConfigSource },
  { theme, interpolate }: { readonly theme: GrafanaTheme2; readonly interpolate: InterpolateFunction },
): DataFrame[] {
  const given = panel.fieldConfig ?? { defaults: {}, overrides: [] };
  const fieldConfig = restoreInfinity({
    defaults: {
      color: { mode: usualColors[panel.type] ?? 'thresholds' },
      thresholds: {
        mode: 'absolute',
        steps: [
          { value: null, color: 'green' },
          { value: 80, color: 'red' },
        ],
      },
      ...given.defaults,
    },
    overrides: given.overrides,
  });
  return applyFieldOverrides({
    data: frames,
    fieldConfig,
    fieldConfigRegistry: registryFor(fieldConfig),
    replaceVariables: interpolate,
    theme,
    timeZone: 'browser',
  });
}

/** The properties that this panel sets; Grafana's panels register theirs beforehand, with editors that nobody needs here. */
function registryFor({ defaults, overrides }: FieldConfigSource): FieldConfigOptionsRegistry {
  const used = overrides.flatMap(({ properties }) => properties.map(({ id }) => id));
  const custom = new Set([
    ...Object.keys((defaults.custom ?? {}) as object).map((name) => `custom.${name}`),
    ...used.filter((id) => id.startsWith('custom.')),
  ]);
  const registry = new FieldConfigOptionsRegistry();
  for (const id of [...standardProperties, ...custom]) registry.register(property(id));
  return registry;
}

function property(id: string): FieldConfigPropertyItem {
  const isCustom = id.startsWith('custom.');
  const editor = () => null;
  return {
    id,
    path: isCustom ? id.slice('custom.'.length) : id,
    name: id,
    isCustom,
    editor,
    override: editor,
    process: (value: unknown, context) =>
      id === 'displayName' && typeof value === 'string' && context.replaceVariables
        ? context.replaceVariables(value, context.field?.state?.scopedVars)
        : value,
    shouldApply: () => true,
  };
}

/** JSON cannot say minus infinity: the lowest step is null there. */
function restoreInfinity(config: unknown): FieldConfigSource {
  const lowest = (steps: { value: number | null }[]) =>
    steps.map((step) => (step.value === null ? { ...step, value: -Infinity } : step));
  return visit(config) as FieldConfigSource;

  function visit(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === 'steps' && Array.isArray(inner) ? lowest(inner as { value: number | null }[]) : visit(inner),
      ]),
    );
  }
}

/** Whether there is anything to draw. */
export function isEmpty(frames: readonly DataFrame[]): boolean {
  return frames.every(({ length }) => length === 0);
}
