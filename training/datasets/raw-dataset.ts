import { UserError } from '../../core/errors.ts';
import type { ImageSize } from '../../core/networks/network.ts';

/** A set as its source gives it: one table, not yet split or standardized. */
export interface RawDataset {
  readonly examples: number;
  /** Features of an example. */
  readonly inputs: number;
  /** Given where an example is an image. */
  readonly image?: ImageSize;
  /** Classes, or regression outputs. */
  readonly outputs: number;
  /** [examples, inputs] row-major; finite. */
  readonly features: Float64Array | Uint8Array;
  /** Class numbers [examples], or values [examples, outputs] row-major. */
  readonly targets: Int32Array | Float64Array;
  /**
   * `perFeature` for tables, whose columns have units of their own; `overall` for images, whose pixels share one unit:
   * there a pixel that is dark in all but one image would otherwise become that image's largest input by far.
   */
  readonly scaling: 'perFeature' | 'overall';
}

/** Feature values (examples x inputs) that a set may have: 512 MiB once they are float32. */
export const maxFeatureValues = 2 ** 27;

/** Classes that a set may have. */
const maxClasses = 1000;

/** Examples that a class (or a regression set) needs, so that a tenth of it is still one. */
export const minExamples = 10;

/** Throws UserError when a table of this shape is larger than a trainer process should hold. */
export function requireFeatureCount(name: string, examples: number, inputs: number): void {
  if (examples * inputs > maxFeatureValues) {
    throw new UserError(
      `Data set ${name} has ${examples} examples x ${inputs} inputs = ${examples * inputs} values; ` +
        `at most ${maxFeatureValues} fit: use fewer examples or inputs.`,
    );
  }
}

/**
 * Numbers the distinct labels in their sorted order: numerically when all are numbers, else by code unit.
 * Throws UserError when there are fewer than two classes or more than `maxClasses`, or when a class has fewer than `minExamples`.
 */
export function numberClasses(name: string, labels: readonly string[]): { classes: string[]; targets: Int32Array } {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  if (counts.size < 2 || counts.size > maxClasses) {
    throw new UserError(
      `Data set ${name} has ${counts.size} distinct labels; classification needs 2 to ${maxClasses}. ` +
        'Choose another target, or the task "regression" where the target is a quantity.',
    );
  }
  const rare = [...counts].find(([, count]) => count < minExamples);
  if (rare) {
    throw new UserError(
      `Data set ${name} has ${rare[1]} examples of class ${JSON.stringify(rare[0].slice(0, 80))}; every class needs at least ` +
        `${minExamples}, so that each split holds some. Add examples, or leave rare classes out.`,
    );
  }
  const classes = [...counts.keys()];
  const numeric = classes.every((label) => label !== '' && Number.isFinite(Number(label)));
  classes.sort((a, b) => (numeric && Number(a) !== Number(b) ? Number(a) - Number(b) : a < b ? -1 : 1));
  const numbers = new Map(classes.map((label, number) => [label, number]));
  return { classes, targets: Int32Array.from(labels, (label) => numbers.get(label)!) };
}
