import type { Issue } from '../../errors.ts';
import { issueAt, pathText } from '../mistakes/issues-of.ts';
import { defaultLearningRates } from '../../trial/optimizer-catalogue.ts';
import { axisLabels } from '../exclusions.ts';
import { gridSizeOf } from '../plan.ts';
import { beyondLimit, type SweepLimits } from '../limits.ts';
import type { PlacedValue, ReadAxes, ReadAxis } from '../read-parts.ts';
import { sweepDefaults } from '../sweep-defaults.ts';
import type { Axes, AxisName } from '../sweep-spec.ts';

/** The axes with defaults where the file is silent. An axis without any readable value is empty. */
export function settleAxes(read: ReadAxes): Axes {
  const given = <Value>(axis: ReadAxis<Value>) => axis.values.map(({ value }) => value);
  const orElse = <Value>(axis: ReadAxis<Value>, fallback: Value) =>
    axis.source === 'absent' ? [fallback] : given(axis);
  const optimizer = orElse(read.optimizer, sweepDefaults.optimizer);
  return {
    initializer: given(read.initializer),
    activation: given(read.activation),
    network: orElse(read.network, sweepDefaults.network),
    normalization: orElse(read.normalization, sweepDefaults.normalization),
    depth: given(read.depth),
    width: orElse(read.width, sweepDefaults.width),
    learningRate: read.learningRate.source === 'absent' ? learningRatesOf(optimizer) : given(read.learningRate),
    optimizer,
    batchSize: orElse(read.batchSize, sweepDefaults.batchSize),
    dataset: orElse(read.dataset, sweepDefaults.dataset),
    seed: given(read.seed),
  };
}

/** Mistakes that the axes make together: values given twice, rates that do not follow from the optimizers, too many trials. */
export function checkAxes(input: unknown, read: ReadAxes, axes: Axes, limits: SweepLimits): Issue[] {
  const names = Object.keys(read) as AxisName[];
  return [
    ...names.flatMap((axis) => repeatedValues(input, read[axis].values, axisLabels(axes)[axis])),
    ...learningRateIssues(read, axes),
    ...tooManyTrials(read, limits),
  ];
}

function repeatedValues(
  input: unknown,
  values: readonly PlacedValue<unknown>[],
  labels: readonly (string | number)[],
): Issue[] {
  return values.flatMap(({ path }, i) => {
    const first = labels.indexOf(labels[i]!);
    if (first === i) return [];
    return [issueAt(input, path, `repeats ${pathText(values[first]!.path)}: both are ${labels[i]!}; leave one out`)];
  });
}

function learningRatesOf(optimizers: Axes['optimizer']): number[] {
  return [...new Set(optimizers.map(({ name }) => defaultLearningRates[name]))];
}

function learningRateIssues(read: ReadAxes, axes: Axes): Issue[] {
  if (read.learningRate.source !== 'absent' || axes.learningRate.length <= 1) return [];
  const defaults = new Set(axes.optimizer.map(({ name }) => `${name} ${defaultLearningRates[name]}`));
  const message = `is missing, and the optimizers have different defaults (${[...defaults].join(', ')}); give one rate, or rates as an axis`;
  return [{ path: 'training.learningRate', message }];
}

function tooManyTrials(read: ReadAxes, limits: SweepLimits): Issue[] {
  const sizes = Object.entries(read).map(([axis, { listed }]) => [axis, { length: Math.max(1, listed) }] as const);
  const trials = gridSizeOf(Object.fromEntries(sizes) as Record<AxisName, { length: number }>);
  if (trials <= limits.trials) return [];
  const factors = sizes.filter(([, { length }]) => length > 1).map(([axis, { length }]) => `${length} (${axis})`);
  return [
    { path: 'axes', message: `make ${factors.join(' x ')} = ${trials} trials, ${beyondLimit(limits, 'trials')}` },
  ];
}
