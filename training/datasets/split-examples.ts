import { UserError } from '../../core/errors.ts';
import { randomStream } from '../../core/random/random-stream.ts';
import type { SplitName } from './dataset.ts';
import { minExamples, type RawDataset } from './raw-dataset.ts';

/** Of every ten examples one is for validation, one for the test, eight are for training. */
const dealtTo: readonly SplitName[] = [
  'train',
  'train',
  'validation',
  'train',
  'train',
  'train',
  'train',
  'test',
  'train',
  'train',
];

/**
 * Splits 80/10/10 into row numbers, in random order, the same for every trial with this seed. For classification each class is split
 * 80/10/10 as well (within one example): the
 * shuffled rows are grouped by class and dealt in tens.
 * Throws UserError when a class, or a regression set, has fewer than ten examples: a split could then lack it.
 */
export function splitExamples(name: string, raw: RawDataset, seed: number): Record<SplitName, Uint32Array> {
  const shuffled = Uint32Array.from({ length: raw.examples }, (_, row) => row);
  randomStream(seed, 'split').shuffle(shuffled);

  const groups = groupByClass(raw, shuffled);
  const smallest = Math.min(...groups.map((rows) => rows.length));
  if (smallest < minExamples) {
    throw new UserError(
      `Data set ${name} is too small to split 80/10/10: ${groups.length > 1 ? 'a class' : 'it'} has ${smallest} examples, ` +
        `at least ${minExamples} are needed.`,
    );
  }

  const splitOf = new Map<number, SplitName>();
  let dealt = 0;
  for (const rows of groups) for (const row of rows) splitOf.set(row, dealtTo[dealt++ % dealtTo.length]!);
  const members = (split: SplitName) => shuffled.filter((row) => splitOf.get(row) === split);
  return { train: members('train'), validation: members('validation'), test: members('test') };
}

function groupByClass(raw: RawDataset, rows: Uint32Array): number[][] {
  if (!(raw.targets instanceof Int32Array)) return [[...rows]];
  const groups = Array.from({ length: raw.outputs }, (): number[] => []);
  for (const row of rows) groups[raw.targets[row]!]!.push(row);
  return groups;
}
