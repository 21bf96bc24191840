import { chacha8 } from '@noble/ciphers/chacha.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { BugError } from '../errors.ts';
import type { RememberedNormals } from './remembered-normals.ts';

const BLOCK_BYTES = 64;
const FIRST_REFILL_BYTES = 256;
/** ChaCha's setup is paid once a refill; beyond this size it no longer shows in the time per number. */
const LARGEST_REFILL_BYTES = 65_536;
const ZEROS = new Uint8Array(LARGEST_REFILL_BYTES);
const NONCE = new Uint8Array(12);
const TWO_POW_32 = 4_294_967_296;

/** A sequence of random numbers of its own; made by {@link randomStream}. */
class RandomStream {
  readonly #name: string;
  readonly #key: Uint8Array;
  /** Null once something was drawn. */
  #remembered: RememberedNormals | null = null;
  #words = new Uint32Array(0);
  #nextWord = 0;
  #blocksUsed = 0;
  /** Words at the start of the next refill that were drawn already. */
  #skip = 0;
  #refillBytes = FIRST_REFILL_BYTES;
  /** Words that are known to be wanted beyond those at hand. */
  #expected = 0;
  #spareNormal: number | undefined;

  constructor(name: string) {
    this.#name = name;
    this.#key = sha256(new TextEncoder().encode(name));
  }

  /** For a stream that nothing was drawn from yet: takes the normals of its first fill from `normals` where another of this name has drawn them. No number changes. */
  remember(normals: RememberedNormals): this {
    this.#remembered = normals;
    return this;
  }

  /** Uniform integer in [0, 2^32). */
  uint32(): number {
    if (this.#nextWord === this.#words.length) this.#refill();
    return this.#words[this.#nextWord++] as number;
  }

  /** Uniform in [0, 1), a multiple of 2^-53; takes 64 random bits. */
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  /**
   * Standard normal (Box, Muller 1958), two for every two words of 32 bits; at most 6.66 in size, for the radius is
   * sqrt(-2 ln u) with u >= 2^-32.
   */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = radiusOf(this.uint32());
    const angle = angleOf(this.uint32());
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** Uniform integer in [0, bound) without bias (words above the largest multiple of `bound` are drawn again); 1 <= bound <= 2^32. */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > TWO_POW_32) {
      throw new BugError(`A random integer needs a whole bound from 1 to 2^32, not ${bound}.`, { bound });
    }
    let word = this.uint32();
    // The largest multiple is greater than 2^32 - bound, so it is rarely needed, and costs a division.
    if (word >= TWO_POW_32 - bound) {
      const accepted = TWO_POW_32 - (TWO_POW_32 % bound);
      while (word >= accepted) word = this.uint32();
    }
    return word % bound;
  }

  /** Fills `target` with uniform numbers between `low` and `high`, 32 random bits each, rounded to float32. */
  fillUniform(target: Float32Array, low: number, high: number): void {
    this.#expect(target.length);
    const step = (high - low) / TWO_POW_32;
    // Half a step up makes the grid symmetric about the middle, so that the mean is exactly (low + high) / 2.
    for (let i = 0; i < target.length; i++) target[i] = low + (this.uint32() + 0.5) * step;
  }

  /** Fills `target` with normal numbers, rounded to float32. */
  fillNormal(target: Float32Array, mean: number, sd: number): void {
    if (this.#remembered !== null && target.length > 0) {
      this.#fillRemembered(this.#remembered, target, mean, sd);
      return;
    }
    this.#expect(target.length);
    let i = 0;
    if (this.#spareNormal !== undefined && target.length > 0) target[i++] = mean + sd * this.normal();
    // Whole pairs as `normal` draws them, without keeping one of each.
    for (; i + 1 < target.length; i += 2) {
      const radius = radiusOf(this.uint32());
      const angle = angleOf(this.uint32());
      target[i] = mean + sd * (radius * Math.cos(angle));
      target[i + 1] = mean + sd * (radius * Math.sin(angle));
    }
    if (i < target.length) target[i] = mean + sd * this.normal();
  }

  #fillRemembered(remembered: RememberedNormals, target: Float32Array, mean: number, sd: number): void {
    this.#remembered = null;
    const { length } = target;
    // Two normals take two words.
    const words = length + (length % 2);
    const normals = remembered.first(this.#name, words, () => this.#drawNormals(words));
    for (let i = 0; i < length; i++) target[i] = mean + sd * normals[i]!;
    if (length % 2 === 1) this.#spareNormal = normals[length]!;
    this.#words = new Uint32Array(0);
    this.#nextWord = 0;
    this.#blocksUsed = Math.floor((words * 4) / BLOCK_BYTES);
    this.#skip = words % (BLOCK_BYTES / 4);
  }

  /** An even number of standard normals. */
  #drawNormals(count: number): Float64Array {
    this.#expect(count);
    const normals = new Float64Array(count);
    for (let i = 0; i < count; i += 2) {
      const radius = radiusOf(this.uint32());
      const angle = angleOf(this.uint32());
      normals[i] = radius * Math.cos(angle);
      normals[i + 1] = radius * Math.sin(angle);
    }
    return normals;
  }

  /** Shuffles `target` in place, every order as likely as any other (Fisher, Yates 1938; Durstenfeld 1964). */
  shuffle(target: Uint32Array): void {
    this.#expect(target.length - 1);
    for (let i = target.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const held = target[i] as number;
      target[i] = target[j] as number;
      target[j] = held;
    }
  }

  /** So many words are going to be drawn: refills are of that size, for a word that nobody draws costs as much as another. */
  #expect(words: number): void {
    this.#expected = Math.max(0, words - (this.#words.length - this.#nextWord));
  }

  #refill(): void {
    const wanted = this.#expected > 0 ? Math.ceil((this.#expected * 4) / BLOCK_BYTES) * BLOCK_BYTES : this.#refillBytes;
    const bytes = new Uint8Array(Math.min(wanted, LARGEST_REFILL_BYTES));
    chacha8(this.#key, NONCE, ZEROS.subarray(0, bytes.length), bytes, this.#blocksUsed);
    this.#words = new Uint32Array(bytes.buffer);
    this.#remembered = null;
    this.#nextWord = this.#skip;
    this.#skip = 0;
    this.#blocksUsed += bytes.length / BLOCK_BYTES;
    this.#refillBytes = Math.min(this.#refillBytes * 2, LARGEST_REFILL_BYTES);
    this.#expected = Math.max(0, this.#expected - this.#words.length);
  }
}

const radiusOf = (word: number): number => Math.sqrt(-2 * Math.log((word + 1) / TWO_POW_32));
const angleOf = (word: number): number => (2 * Math.PI * word) / TWO_POW_32;

export type { RandomStream };

/**
 * The random stream of a seed and a path, such as `randomStream(seed, 'weights', layer)`. Streams are split by name, not
 * by drawing from one another: the key is the SHA-256 of seed and path, the numbers are ChaCha8's key stream under that
 * key (Bernstein 2008). So any stream can be had at any time, in any process, and none shares state with another.
 *
 * The words are the same on every machine (little-endian, as all that Node runs on in practice). `normal` also rests on
 * the engine's Math.log, Math.sin and Math.cos, whose last bit may differ between versions of V8.
 *
 * @throws BugError when the seed or a number in the path is not a safe integer: two spellings of one number would be two streams.
 */
export function randomStream(seed: number, ...path: readonly (string | number)[]): RandomStream {
  const name = [seed, ...path];
  for (const part of name) {
    if (typeof part === 'number' && !Number.isSafeInteger(part)) {
      throw new BugError(`Seeds and paths of random streams are whole numbers and words, not ${part}.`, { seed, path });
    }
  }
  return new RandomStream(JSON.stringify(name));
}
