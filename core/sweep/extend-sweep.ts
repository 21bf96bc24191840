import { UserError } from '../errors.ts';
import { depthMismatch } from '../networks/network.ts';
import { networkLabel } from '../trial/labels.ts';
import { excludesCombination } from './exclusions.ts';
import { beyondLimit, type SweepLimits } from './limits.ts';
import { createPlan } from './plan.ts';
import { type Addition, completeAxes, type GrowingAxis, type SweepSpec } from './sweep-spec.ts';

/** The sweep with further values of an axis, in combination with all values that the others have by now (or with some regimes). */
export function extendSweep(
  spec: SweepSpec,
  axis: GrowingAxis,
  values: readonly number[],
  { id, regimes }: Pick<Addition, 'id' | 'regimes'>,
): SweepSpec {
  const addition = { id, axis, count: values.length, ...(regimes === undefined ? {} : { regimes }) };
  return {
    ...spec,
    axes: { ...spec.axes, [axis]: [...spec.axes[axis], ...values] },
    additions: [...(spec.additions ?? []), addition],
  };
}

/** Seeds after the largest that the sweep has. */
export function nextSeeds({ axes }: SweepSpec, count: number): number[] {
  const largest = Math.max(...axes.seed);
  return Array.from({ length: count }, (_, i) => largest + 1 + i);
}

/** Throws UserError when the sweep, additions included, is larger than the limits allow, or has a depth that one of its networks cannot have. */
export function checkExtended(spec: SweepSpec, limits: SweepLimits): void {
  const { axes } = spec;
  const { trialCount } = createPlan(spec);
  const mistakes = [
    ...(trialCount > limits.trials ? [`it would have ${trialCount} trials, ${beyondLimit(limits, 'trials')}`] : []),
    ...(['depth', 'width'] as const).flatMap((axis) => {
      const tooLarge = axes[axis].filter((value) => value > limits[axis]);
      return tooLarge.length > 0 ? [`${axis} ${tooLarge.join(', ')} is ${beyondLimit(limits, axis)}`] : [];
    }),
    ...Object.entries(axes).flatMap(([axis, { length }]) =>
      length > limits.valuesPerAxis
        ? [`axis ${axis} would have ${length} values, ${beyondLimit(limits, 'valuesPerAxis')}`]
        : [],
    ),
    ...unfitDepths(spec),
  ];
  if (mistakes.length > 0) throw new UserError(`The sweep cannot be extended: ${mistakes.join('; ')}.`);
}

function unfitDepths({ axes: given, exclude }: SweepSpec): string[] {
  const axes = completeAxes(given);
  return axes.network.flatMap((network) =>
    axes.depth.flatMap((depth) => {
      const label = networkLabel(network);
      const why = depthMismatch(network, depth);
      return why === null || excludesCombination(exclude, { network: label, depth }) ? [] : [`${label} ${why}`];
    }),
  );
}
