import { createHash } from 'node:crypto';
import { UserError } from '../../core/errors.ts';
import type { Dataset, Split, SplitName } from './dataset.ts';
import type { RawDataset } from './raw-dataset.ts';
import { splitExamples } from './split-examples.ts';
import { applyScale, fitScale } from './standardize.ts';

/**
 * Splits and standardizes a raw set. Inputs have mean 0 and variance 1 over the training split (see RawDataset.scaling), and so has
 * each regression output: a mean squared error of 1 is then that of always answering the mean, whatever the unit.
 * Throws UserError when the set cannot be split, or when a value is too far from the training split for float32.
 */
export function assembleDataset(name: string, raw: RawDataset, splitSeed: number): Dataset {
  const rows = splitExamples(name, raw, splitSeed);
  const inputScale = fitScale(raw.features, raw.inputs, rows.train, raw.scaling);
  const targetScale =
    raw.targets instanceof Int32Array ? null : fitScale(raw.targets, raw.outputs, rows.train, 'perFeature');

  const splitOf = (members: Uint32Array): Split => ({
    examples: members.length,
    inputs: requireFinite(name, applyScale(raw.features, inputScale, members)),
    targets: targetScale
      ? requireFinite(name, applyScale(raw.targets, targetScale, members))
      : Int32Array.from(members, (row) => raw.targets[row]!),
  });
  const splits = { train: splitOf(rows.train), validation: splitOf(rows.validation), test: splitOf(rows.test) };
  const task = targetScale ? 'regression' : 'classification';
  const { inputs, outputs } = raw;
  const image = raw.image ?? null;
  return { name, task, inputs, image, outputs, splits, hash: hashSplits({ task, inputs, outputs, splits }) };
}

function requireFinite(name: string, values: Float32Array): Float32Array {
  if (!values.every((value) => Number.isFinite(value))) {
    throw new UserError(
      `Data set ${name} has a value that is more than 3e38 standard deviations away from its column's training split: ` +
        'remove the outlier, or the column that is all but constant.',
    );
  }
  return values;
}

/** SHA-256 (hex) over the shape and then every split's inputs and targets as little-endian numbers. */
function hashSplits({ task, inputs, outputs, splits }: Omit<Dataset, 'name' | 'hash' | 'image'>): string {
  const order: readonly SplitName[] = ['train', 'validation', 'test'];
  const hash = createHash('sha256').update(
    JSON.stringify([task, inputs, outputs, order.map((split) => splits[split].examples)]),
  );
  for (const split of order) {
    for (const values of [splits[split].inputs, splits[split].targets]) {
      // Every platform that Node runs on today is little-endian.
      hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  }
  return hash.digest('hex');
}
