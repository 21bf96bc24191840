import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import type { RawDataset } from '../../../training/datasets/raw-dataset.ts';
import { parseIdx } from '../../../training/datasets/idx.ts';

const spec = { name: 'idx', images: 'images.idx', labels: 'labels.idx', split: 1 } as const;

function idx(type: number, shape: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  shape.forEach((size, dimension) => header.writeUInt32BE(size, 4 + 4 * dimension));
  return Buffer.concat([header, data]);
}

function outcome(imageBytes: Buffer, labelBytes: Buffer): unknown {
  try {
    return parseIdx(spec, imageBytes, labelBytes);
  } catch (error) {
    return error;
  }
}

const isWellShaped = ({ features, examples, inputs }: RawDataset) => features.length === examples * inputs;

const pixels = Uint8Array.from({ length: 20 * 2 * 3 }, (_, i) => i * 2);
const images = idx(0x08, [20, 2, 3], pixels);
const labels = idx(
  0x08,
  [20],
  Uint8Array.from({ length: 20 }, (_, i) => (i < 10 ? 7 : 3)),
);

test('reads images and numbers the labels in sorted order', () => {
  const set = parseIdx(spec, images, labels);
  expect([set.examples, set.inputs, set.outputs, set.scaling]).toEqual([20, 6, 2, 'overall']);
  expect([...set.features]).toEqual([...pixels]);
  expect(Array.from(set.targets.subarray(8, 12))).toEqual([1, 1, 0, 0]);
});

test.each([
  ['signed bytes', 0x09, 1, (data: DataView, i: number) => data.setInt8(i, i - 60)],
  ['16-bit numbers', 0x0b, 2, (data: DataView, i: number) => data.setInt16(i * 2, i - 60)],
  ['32-bit numbers', 0x0c, 4, (data: DataView, i: number) => data.setInt32(i * 4, i - 60)],
  ['float32', 0x0d, 4, (data: DataView, i: number) => data.setFloat32(i * 4, i - 60)],
  ['float64', 0x0e, 8, (data: DataView, i: number) => data.setFloat64(i * 8, i - 60)],
] as const)('reads %s, most significant byte first', (_, type, size, write) => {
  const data = new DataView(new ArrayBuffer(pixels.length * size));
  pixels.forEach((_pixel, i) => write(data, i));
  const set = parseIdx(spec, idx(type, [20, 6], new Uint8Array(data.buffer)), labels);
  expect([...set.features]).toEqual([...pixels.keys()].map((i) => i - 60));
});

describe('says what is wrong', () => {
  const nan = Buffer.alloc(20 * 4);
  nan.writeFloatBE(NaN, 8);
  test.each([
    ['no magic', Buffer.from('PNG and more'), labels, 'no IDX file: it starts with 504e4720'],
    ['an unknown type', idx(0x0a, [20, 6], pixels), labels, 'no IDX file'],
    ['too many dimensions', idx(0x08, [20, 1, 1, 1, 6], pixels), labels, 'no IDX file'],
    ['an empty file', Buffer.alloc(0), labels, 'it starts with nothing'],
    ['a header cut short', images.subarray(0, 9), labels, 'ends within its header'],
    ['data cut short', images.subarray(0, 50), labels, 'should have 136 bytes for its shape [20, 2, 3] but has 50'],
    ['data too long', Buffer.concat([images, images]), labels, 'should have 136 bytes'],
    ['a huge shape', idx(0x08, [2 ** 32 - 1, 2 ** 32 - 1], pixels), labels, 'should have 1844674406'],
    ['no images', idx(0x08, [0, 6], new Uint8Array(0)), labels, 'should have'],
    ['swapped files', labels, images, 'are images and labels swapped?'],
    ['labels of another set', images, idx(0x08, [19], new Uint8Array(19)), '20 images but labels.idx has 19 labels'],
    ['labels that are fractions', images, idx(0x0d, [20], new Uint8Array(80)), 'one whole number per example'],
    ['one class', images, idx(0x08, [20], new Uint8Array(20)), '1 distinct labels'],
    ['not a number', idx(0x0d, [20, 1], nan), labels, 'value 2 is NaN'],
  ])('%s', (_, imageBytes, labelBytes, message) => {
    const caught = outcome(imageBytes, labelBytes);
    expect(caught).toBeInstanceOf(UserError);
    expect((caught as UserError).message).toContain(message);
  });
});

test('a flipped bit or a cut gives a well-shaped set or a UserError, nothing else', () => {
  fc.assert(
    fc.property(fc.nat(images.length * 8 - 1), fc.nat(labels.length * 8 - 1), fc.nat(3), (bit, labelBit, cut) => {
      const [damagedImages, damagedLabels] = [Buffer.from(images), Buffer.from(labels)];
      damagedImages[bit >> 3]! ^= 1 << (bit & 7);
      if (cut > 1) damagedLabels[labelBit >> 3]! ^= 1 << (labelBit & 7);
      expect(outcome(damagedImages.subarray(0, images.length - (cut & 1)), damagedLabels)).toSatisfy(
        (set: unknown) => set instanceof UserError || isWellShaped(set as RawDataset),
      );
    }),
    { numRuns: 500 },
  );
});
