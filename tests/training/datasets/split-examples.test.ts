import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import type { RawDataset } from '../../../training/datasets/raw-dataset.ts';
import { splitExamples } from '../../../training/datasets/split-examples.ts';
import { splitNames } from './split-names.ts';

function labelled(targets: Int32Array | Float64Array, outputs: number): RawDataset {
  const examples = targets.length;
  return { examples, inputs: 1, outputs, features: new Float64Array(examples), targets, scaling: 'perFeature' };
}

const classSizes = fc.array(fc.integer({ min: 10, max: 60 }), { minLength: 2, maxLength: 8 });

test('every example is in exactly one split', () => {
  fc.assert(
    fc.property(classSizes, fc.integer({ min: 0, max: 2 ** 31 }), (sizes, seed) => {
      const targets = Int32Array.from(sizes.flatMap((size, label) => Array.from({ length: size }, () => label)));
      const split = splitExamples('set', labelled(targets, sizes.length), seed);
      const rows = splitNames.flatMap((name) => [...split[name]]).sort((a, b) => a - b);
      expect(rows).toEqual(Array.from(targets, (_, row) => row));
    }),
  );
});

test('every class has a tenth of its examples, up to one, in validation and in test', () => {
  fc.assert(
    fc.property(classSizes, fc.integer({ min: 0, max: 2 ** 31 }), (sizes, seed) => {
      const targets = Int32Array.from(sizes.flatMap((size, label) => Array.from({ length: size }, () => label)));
      const split = splitExamples('set', labelled(targets, sizes.length), seed);
      for (const [label, size] of sizes.entries()) {
        for (const name of ['validation', 'test'] as const) {
          const members = split[name].filter((row) => targets[row] === label).length;
          expect(Math.abs(members - size / 10)).toBeLessThan(1);
          expect(members).toBeGreaterThan(0);
        }
      }
    }),
  );
});

test('a seed fixes the split, another seed changes it', () => {
  const raw = labelled(new Float64Array(200), 1);
  expect(splitExamples('set', raw, 7)).toEqual(splitExamples('set', raw, 7));
  expect(splitExamples('set', raw, 7)).not.toEqual(splitExamples('set', raw, 8));
});

test('refuses a set that is too small for three splits', () => {
  expect(() => splitExamples('set', labelled(new Float64Array(9), 1), 1)).toThrow(UserError);
  const rare = Int32Array.from({ length: 30 }, (_, row) => (row < 9 ? 0 : 1));
  expect(() => splitExamples('set', labelled(rare, 2), 1)).toThrow('a class has 9 examples, at least 10 are needed');
});
