import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { BugError } from '../errors.ts';

/** Largest size that a permutation can have: two halves of 16 bits. */
const maxPermutationSize = 2 ** 32;

/**
 * A permutation of 0..size-1 that looks random, is the same for the same key wherever it runs, and is computed place by
 * place: no list is held, so a million places cost no more than ten.
 *
 * A balanced Feistel network (Luby and Rackoff 1988) of eight rounds permutes the next even power of two; a value that falls
 * outside of 0..size-1 goes through again until it falls inside ("cycle walking", Black and Rogaway 2002). That domain is
 * less than four times as large as `size`, so a value needs under four passes on average.
 * Throws BugError for a size that is no integer in 1..2^32.
 */
export function keyedPermutation(size: number, key: string): (position: number) => number {
  if (!Number.isInteger(size) || size < 1 || size > maxPermutationSize) {
    throw new BugError('A permutation needs a size from 1 to 2^32.', { size });
  }
  let halfBits = 1;
  while (4 ** halfBits < size) halfBits += 1;
  const base = 2 ** halfBits;
  const digest = sha256(utf8ToBytes(key));
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  const roundKeys = Array.from({ length: 8 }, (_, round) => view.getUint32(4 * round, true));

  const permuteDomain = (value: number): number => {
    let left = Math.floor(value / base);
    let right = value % base;
    for (const roundKey of roundKeys) {
      [left, right] = [right, left ^ (mix(right ^ roundKey) & (base - 1))];
    }
    return left * base + right;
  };

  return (position) => {
    if (!Number.isInteger(position) || position < 0 || position >= size) {
      throw new BugError('A position lies outside of the permutation.', { position, size });
    }
    let value = permuteDomain(position);
    while (value >= size) value = permuteDomain(value);
    return value;
  };
}

/** Every input bit changes about half of the output bits: MurmurHash3's 32-bit finalizer (Appleby 2011, public domain). */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
