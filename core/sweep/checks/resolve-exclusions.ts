import type { Issue } from '../../errors.ts';
import { axisLabels, countOutside, excludedBoxes } from '../exclusions.ts';
import { whatIsAllowed } from '../mistakes/did-you-mean.ts';
import { issueAt } from '../mistakes/issues-of.ts';
import type { ReadableParts } from '../read-parts.ts';
import type { AxisValueSchemas } from '../schema/sweep-file.ts';
import type { Axes, AxisName, Exclusion } from '../sweep-spec.ts';

/**
 * The exclusions with every word replaced by the labels that it stands for: a label stands for itself, a name or an alias
 * for all its variants. Also the mistakes: a word that names no value, and exclusions that leave nothing.
 */
export function resolveExclusions(
  input: unknown,
  parts: ReadableParts,
  axes: Axes,
  axisValues: AxisValueSchemas,
): { readonly exclude: readonly Exclusion[]; readonly issues: readonly Issue[] } {
  const labels = axisLabels(axes);
  const issues: Issue[] = [];

  const resolve = (
    axis: AxisName,
    word: string | number,
    path: readonly PropertyKey[],
  ): readonly (string | number)[] => {
    if (labels[axis].includes(word)) return [word];
    const name = nameOf(axisValues[axis].safeParse(word).data) ?? word;
    const variants = labels[axis].filter((_, i) => nameOf(axes[axis][i]) === name);
    const { values, listed } = parts.axes[axis];
    // A value that could not be read may be the one that is meant: one mistake, told once.
    if (variants.length === 0 && listed === values.length) {
      const known = labels[axis].map(String);
      issues.push(issueAt(input, path, `is no value of the axis ${axis}${whatIsAllowed(String(word), known)}`));
    }
    return variants;
  };

  const exclude = parts.exclude.flatMap((written, i): Exclusion[] => {
    if (written === undefined) return [];
    const named = Object.entries(written).filter(([, words]) => words !== undefined) as [AxisName, Words][];
    if (named.length === 0) issues.push(issueAt(input, ['exclude', i], 'names no axis'));
    const resolved = named.map(([axis, words]) => {
      const path = ['exclude', i, axis];
      return [
        axis,
        isList(words) ? words.flatMap((word, j) => resolve(axis, word, [...path, j])) : resolve(axis, words, path),
      ];
    });
    return [Object.fromEntries(resolved) as Exclusion];
  });

  const order = Object.keys(labels) as AxisName[];
  const sizes = order.map((axis) => labels[axis].length);
  const complete = order.every(
    (axis) => parts.axes[axis].listed === parts.axes[axis].values.length && axes[axis].length > 0,
  );
  if (complete && countOutside(sizes, excludedBoxes(axes, exclude, order)) === 0) {
    issues.push({ path: 'exclude', message: 'leaves no trial: every combination of the axes is excluded' });
  }
  return { exclude, issues };
}

type Words = string | number | readonly (string | number)[];

function isList(words: Words): words is readonly (string | number)[] {
  return Array.isArray(words);
}

function nameOf(value: unknown): string | undefined {
  return (value as { readonly name?: string } | undefined)?.name;
}
