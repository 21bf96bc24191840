import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BugError } from '../../../core/errors.ts';
import { keyedPermutation } from '../../../core/sweep/keyed-permutation.ts';

const all = (size: number, key: string) => Array.from({ length: size }, (_, i) => i).map(keyedPermutation(size, key));

describe('keyedPermutation', () => {
  it('takes every place exactly once, for any size and key', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.string(), (size, key) => {
        const seen = new Set(all(size, key));
        expect(seen.size).toBe(size);
        expect(Math.min(...seen)).toBe(0);
        expect(Math.max(...seen)).toBe(size - 1);
      }),
    );
  });

  it('works up to 2^32 places', () => {
    const permute = keyedPermutation(2 ** 32, 'large');
    const values = Array.from({ length: 1000 }, (_, i) => permute(2 ** 32 - 1 - i));
    expect(new Set(values).size).toBe(1000);
    expect(values.every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true);
    expect(values.some((value) => value >= 2 ** 31)).toBe(true);
  });

  it('differs from key to key', () => {
    expect(all(1000, 'a')).not.toEqual(all(1000, 'b'));
  });

  it('puts each number at each place about equally often over many keys', () => {
    const size = 7;
    const keys = 7000;
    const counts = new Float64Array(size * size);
    for (let key = 0; key < keys; key++)
      all(size, `key ${key}`).forEach((value, i) => (counts[i * size + value]! += 1));
    const expected = keys / size;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // (7 - 1)^2 = 36 degrees of freedom; 67.99 is exceeded by chance once in 1,000 such choices of keys, and these keys are fixed.
    expect(chiSquare).toBeLessThan(67.99);
  });

  it.each([0, -1, 1.5, NaN, 2 ** 32 + 1])('refuses the size %d', (size) => {
    expect(() => keyedPermutation(size, '')).toThrow(BugError);
  });
});
