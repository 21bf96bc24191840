import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import type { RawDataset } from '../../../training/datasets/raw-dataset.ts';
import { parseCsv } from '../../../training/datasets/csv.ts';

const spec = { name: 'csv', path: 'flowers.csv', target: 'kind', task: 'classification', split: 1 } as const;
const regression = { ...spec, target: 'width', task: 'regression' } as const;

/** 24 rows; line n + 2 holds row n. */
const rows = Array.from({ length: 24 }, (_, i) => [`${i * 0.5}`, `${-i}e-1`, i % 2 === 0 ? 'rose' : 'iris'].join(','));
const table = (lines: readonly string[] = rows, header = 'length,width,kind') =>
  Buffer.from([header, ...lines].join('\n'));
const changed = (row: number, text: string) => table(rows.with(row, text));

test('reads numbers and numbers the classes in sorted order', async () => {
  const set = await parseCsv(spec, table());
  expect([set.examples, set.inputs, set.outputs]).toEqual([24, 2, 2]);
  expect(Array.from(set.features.subarray(2, 6))).toEqual([0.5, -0.1, 1, -0.2]);
  expect(Array.from(set.targets.subarray(0, 2))).toEqual([1, 0]);
});

test('sorts classes that are numbers by their value', async () => {
  const lines = Array.from({ length: 40 }, (_, i) => `${i},0,${[10, 9][i % 2]}`);
  expect(Array.from((await parseCsv(spec, table(lines))).targets.subarray(0, 2))).toEqual([1, 0]);
});

test('takes any column as the target, and a quantity for regression', async () => {
  const numeric = rows.map((row) => row.replace('rose', '1').replace('iris', '2'));
  const set = await parseCsv(regression, table(numeric));
  expect([set.inputs, set.outputs]).toEqual([2, 1]);
  expect(Array.from(set.targets.subarray(0, 3))).toEqual([0, -0.1, -0.2]);
  expect(Array.from(set.features.subarray(0, 4))).toEqual([0, 1, 0.5, 2]);
});

test('takes a byte order mark, Windows line ends, quotes, blanks and empty lines', async () => {
  const text = `\uFEFF"length", width ,kind\r\n${rows.map((row) => `"${row.replace(',', '" , ')}\r\n\r\n`).join('')}`;
  const set = await parseCsv(spec, Buffer.from(text));
  expect(set).toEqual(await parseCsv(spec, table()));
});

describe('says what is wrong and where', () => {
  test.each([
    ['a missing value', changed(3, '1.5,,rose'), 'line 5: column "width": no value'],
    ['a missing label', changed(3, '1.5,2,'), 'line 5: column "kind": no value'],
    ['text among numbers', changed(0, '1.5,NA,rose'), 'line 2: column "width": "NA" is not a number'],
    ['a hexadecimal number', changed(0, '1.5,0x10,rose'), '"0x10" is not a number'],
    ['an infinity', changed(0, '1.5,Infinity,rose'), '"Infinity" is not a number'],
    ['a number beyond float32', changed(0, '1.5,1e39,rose'), '1e39 is too large for float32'],
    ['a short row', changed(22, '1.5,rose'), 'line 24: has 2 fields, the header has 3'],
    ['a long row', changed(22, '1,2,3,rose'), 'line 24: has 4 fields, the header has 3'],
    ['a header alone', table([]), 'no rows below its header'],
    ['an empty file', Buffer.alloc(0), 'no rows below its header'],
    [
      'another target',
      table(rows, 'length,width,species'),
      'no column "kind" for the target; its columns are "length"',
    ],
    ['a column twice', table(rows, 'length,length,kind'), 'two columns named "length"'],
    [
      'semicolons',
      table(
        rows.map((row) => row.replaceAll(',', ';')),
        'length;width;kind',
      ),
      'separated by commas',
    ],
    ['a quote left open', changed(5, '"1.5,2,rose'), 'not well-formed CSV'],
    ['one class', table(rows.map((row) => row.replace('iris', 'rose'))), '1 distinct labels'],
    ['a rare class', changed(5, '1,2,tulip'), '1 examples of class "tulip"'],
  ])('%s', async (_, bytes, message) => {
    const error: unknown = await parseCsv(spec, bytes).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain(message);
    expect((error as UserError).message).toContain('flowers.csv');
  });

  test('every problem is counted, the first five are shown', async () => {
    const bytes = table(rows.map((row) => row.replace(/^[^,]*/, '?')));
    await expect(parseCsv(spec, bytes)).rejects.toThrow(
      /line 6: column "length": "\?" is not a number; and 19 more\. Fill/,
    );
  });
});

const isSound = ({ features, examples, inputs }: RawDataset) =>
  features.length === examples * inputs && features.every(Number.isFinite);

test('damaged bytes give a table of finite numbers or a UserError, nothing else', async () => {
  const bytes = table();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.nat(bytes.length),
      async (flips, length) => {
        const damaged = Buffer.from(bytes.subarray(0, length));
        for (const [at, byte] of flips) if (at < length) damaged[at] = byte;
        const outcome: unknown = await parseCsv(spec, damaged).catch((error: unknown) => error);
        expect(outcome).toSatisfy((set: unknown) => set instanceof UserError || isSound(set as RawDataset));
      },
    ),
    { numRuns: 300 },
  );
});
