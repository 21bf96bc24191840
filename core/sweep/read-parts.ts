import type { z } from 'zod';
import type { SweepFile, SweepSchemas } from './schema/sweep-file.ts';
import type { Axes, AxisName } from './sweep-spec.ts';

/** One value of an axis, and the path at which it stands. */
export interface PlacedValue<Value> {
  readonly path: readonly PropertyKey[];
  readonly value: Value;
}

/** An axis as far as it can be read. */
export interface ReadAxis<Value> {
  readonly source: 'axes' | 'training' | 'absent';
  readonly values: readonly PlacedValue<Value>[];
  /** Values that the file lists, readable or not. */
  readonly listed: number;
}

export type ReadAxes = { readonly [Axis in AxisName]: ReadAxis<Axes[Axis][number]> };

/**
 * What can be read of a file that may have mistakes, so that checks across fields see as much as there is and a person gets
 * every mistake at once. What cannot be read is undefined here; the schema tells why.
 */
export interface ReadableParts {
  readonly axes: ReadAxes;
  readonly training: Partial<SweepFile['training']>;
  readonly probes: SweepFile['probes'] | undefined;
  readonly adaptive: SweepFile['adaptive'];
  readonly exclude: readonly (SweepFile['exclude'][number] | undefined)[];
}

export function readParts(input: unknown, { file, axisValues }: SweepSchemas): ReadableParts {
  const { axes, training, probes, adaptive, exclude } = file.shape;
  const axesInput = memberOf(input, 'axes');
  const trainingInput = memberOf(input, 'training');
  const excludeInput = memberOf(input, 'exclude');

  const readAxis = (axis: AxisName): ReadAxis<unknown> => {
    const onAxis = memberOf(axesInput, axis);
    if (onAxis !== undefined) {
      return { source: 'axes', ...readValues(onAxis, ['axes', axis], axisValues[axis], axes.shape[axis]) };
    }
    const shared = axis in training.shape ? memberOf(trainingInput, axis) : undefined;
    if (shared === undefined) return { source: 'absent', values: [], listed: 0 };
    return { source: 'training', ...readValues(shared, ['training', axis], axisValues[axis], axisValues[axis]) };
  };

  const readEach = (schemas: Readonly<Record<string, z.ZodType>>, values: unknown) =>
    Object.fromEntries(Object.entries(schemas).map(([key, member]) => [key, read(member, memberOf(values, key))]));

  return {
    axes: Object.fromEntries(Object.keys(axisValues).map((axis) => [axis, readAxis(axis as AxisName)])) as ReadAxes,
    training: readEach(training.shape, trainingInput),
    probes: read(probes, memberOf(input, 'probes')),
    adaptive: read(adaptive, memberOf(input, 'adaptive')),
    exclude: Array.isArray(excludeInput) ? excludeInput.map((item) => read(exclude.unwrap().element, item)) : [],
  };
}

function readValues(input: unknown, path: readonly PropertyKey[], value: z.ZodType, axis: z.ZodType) {
  if (Array.isArray(input)) {
    const values = input.flatMap((item, i) => placed(read(value, item), [...path, i]));
    return { values, listed: input.length };
  }
  const whole = read(value, input) ?? read(axis, input);
  const values = (Array.isArray(whole) ? whole : [whole]).flatMap((item: unknown) => placed(item, path));
  return { values, listed: Math.max(1, values.length) };
}

function placed(value: unknown, path: readonly PropertyKey[]): PlacedValue<unknown>[] {
  return value === undefined ? [] : [{ path, value }];
}

function read<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> | undefined {
  const parsed = schema.safeParse(input);
  return parsed.success ? parsed.data : undefined;
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
