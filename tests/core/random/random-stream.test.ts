import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf } from '../../../core/activations/error-function.ts';
import { BugError } from '../../../core/errors.ts';
import { randomStream, type RandomStream } from '../../../core/random/random-stream.ts';
import { RememberedNormals } from '../../../core/random/remembered-normals.ts';
import { kolmogorovSmirnov, kolmogorovSmirnovLimit } from '../kolmogorov-smirnov.ts';

const draws = 100_000;
const seeds = [0, 1, 2, 3, 4];

function sample(n: number, draw: () => number): Float64Array {
  return Float64Array.from({ length: n }, draw);
}

function words(stream: RandomStream, n: number): number[] {
  return Array.from({ length: n }, () => stream.uint32());
}

describe('a random stream', () => {
  it('gives the words of ChaCha8 under the SHA-256 of its seed and path, through every refill of its buffer', () => {
    // From RFC 8439's block function with 8 rounds, key SHA-256('[7,"weights",0]'), nonce 0, written anew in Python.
    const numbers = words(randomStream(7, 'weights', 0), 193);
    expect(numbers.slice(0, 4)).toEqual([2725494816, 2495514132, 152245154, 129469442]);
    expect(numbers[64]).toBe(2776240254); // block 4, after the first 256 bytes
    expect(numbers[192]).toBe(635354362); // block 12, after 512 more
  });

  it('fills arrays with the numbers that it gives one at a time, whatever was drawn before and is drawn after', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.nat(20_000), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (seed, sizes, odd) => {
          const [filling, drawing] = [randomStream(seed), randomStream(seed)];
          if (odd) for (const stream of [filling, drawing]) stream.normal();
          for (const size of sizes) {
            const filled = new Float32Array(size);
            filling.fillNormal(filled, 2, 3);
            expect(filled).toEqual(Float32Array.from({ length: size }, () => 2 + 3 * drawing.normal()));
          }
          expect(words(filling, 300)).toEqual(words(drawing, 300));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('gives the same numbers where it remembers what others of its name have drawn, however much is remembered', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(2), fc.array(fc.nat(300), { minLength: 1, maxLength: 3 })), { maxLength: 8 }),
        fc.constantFrom(0, 1_000, 5_000, 1e6),
        fc.nat(1),
        (streams, mostBytes, drawnBefore) => {
          const normals = new RememberedNormals(mostBytes);
          for (const [seed, sizes] of streams) {
            const [remembering, drawing] = [randomStream(seed).remember(normals), randomStream(seed)];
            expect(sample(drawnBefore, () => remembering.normal())).toEqual(
              sample(drawnBefore, () => drawing.normal()),
            );
            for (const size of sizes) {
              const [filled, drawn] = [new Float32Array(size), new Float32Array(size)];
              remembering.fillNormal(filled, 2, 3);
              drawing.fillNormal(drawn, 2, 3);
              expect(filled).toEqual(drawn);
            }
            expect(remembering.normal()).toBe(drawing.normal());
            expect(words(remembering, 40)).toEqual(words(drawing, 40));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('starts again from the same numbers for the same seed and path', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.array(fc.oneof(fc.string(), fc.maxSafeInteger())), (seed, path) => {
        expect(words(randomStream(seed, ...path), 20)).toEqual(words(randomStream(seed, ...path), 20));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['another seed', randomStream(1, 'weights', 0), randomStream(2, 'weights', 0)],
    ['another path', randomStream(1, 'weights', 0), randomStream(1, 'weights', 1)],
    ['a longer path', randomStream(1, 'weights'), randomStream(1, 'weights', 0)],
    ['a path split elsewhere', randomStream(1, 'ab', 'c'), randomStream(1, 'a', 'bc')],
    ['a number in place of the word that spells it', randomStream(1, '0'), randomStream(1, 0)],
    ['the seed moved into the path', randomStream(1, 2, 3), randomStream(12, 3)],
  ])('gives other numbers for %s', (_, one, other) => {
    // Two streams share none of 100 words of 32 bits but by a chance of 2e-6.
    const seen = new Set(words(one, 100));
    expect(words(other, 100).filter((word) => seen.has(word))).toEqual([]);
  });

  it('is not correlated with the streams of neighbouring seeds and layers', () => {
    const streams = [
      randomStream(1, 'weights', 0),
      randomStream(2, 'weights', 0),
      randomStream(1, 'weights', 1),
      randomStream(1, 'order', 0),
    ].map((stream) => sample(draws, () => stream.normal()));
    for (const [i, one] of streams.entries()) {
      for (const other of streams.slice(i + 1)) {
        const correlation = one.reduce((sum, x, k) => sum + x * (other[k] as number), 0) / draws;
        // A correlation of independent samples has a standard error of 1 / sqrt(n).
        expect(Math.abs(correlation)).toBeLessThan(5 / Math.sqrt(draws));
      }
    }
  });

  it('refuses seeds that are not whole, which JSON would spell alike or lose', () => {
    expect(() => randomStream(0.5)).toThrow(BugError);
    expect(() => randomStream(Number.NaN)).toThrow(BugError);
    expect(() => randomStream(1, 2 ** 53)).toThrow(BugError);
  });

  it.each(seeds)('draws uniform numbers in [0, 1) that pass Kolmogorov-Smirnov (seed %i)', (seed) => {
    const stream = randomStream(seed, 'uniform');
    const numbers = sample(draws, () => stream.uniform());
    expect(kolmogorovSmirnov(numbers, (x) => x)).toBeLessThan(kolmogorovSmirnovLimit);
    expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
  });

  it.each(seeds)('draws normal numbers that pass Kolmogorov-Smirnov (seed %i)', (seed) => {
    const stream = randomStream(seed, 'normal');
    expect(
      kolmogorovSmirnov(
        sample(draws, () => stream.normal()),
        normalCdf,
      ),
    ).toBeLessThan(kolmogorovSmirnovLimit);
  });

  it('draws normal pairs without correlation, although two come from one radius', () => {
    const stream = randomStream(3, 'pairs');
    let product = 0;
    let squares = 0;
    for (let i = 0; i < draws; i++) {
      const [x, y] = [stream.normal(), stream.normal()];
      product += x * y;
      squares += (x * x - 1) * (y * y - 1);
    }
    // Standard errors: E[(xy)^2] = 1, and E[(x^2 - 1)^2]^2 = 4.
    expect(Math.abs(product) / Math.sqrt(draws)).toBeLessThan(5);
    expect(Math.abs(squares) / (2 * Math.sqrt(draws))).toBeLessThan(5);
  });

  it.each([1, 2, 7, 10, 1000])('draws whole numbers below %i, each equally often', (bound) => {
    const stream = randomStream(11, 'integer', bound);
    const counts = new Float64Array(bound);
    for (let i = 0; i < draws; i++) counts[stream.integer(bound)]! += 1;
    const expected = draws / bound;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // chi^2 with d degrees of freedom has mean d and variance 2 d.
    const freedom = bound - 1;
    expect(Math.abs(chiSquare - freedom)).toBeLessThanOrEqual(5 * Math.sqrt(2 * freedom));
    expect(counts.reduce((sum, count) => sum + count)).toBe(draws);
  });

  it('has no bias where the bound does not divide 2^32', () => {
    // Without rejection, 2^32 mod 3 * 2^30 would make the first third twice as likely as the others.
    const stream = randomStream(1, 'bias');
    let low = 0;
    for (let i = 0; i < draws; i++) if (stream.integer(3 * 2 ** 30) < 2 ** 30) low += 1;
    expect(Math.abs(low / draws - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / draws));
  });

  it.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])('refuses %d as a bound', (bound) => {
    expect(() => randomStream(1).integer(bound)).toThrow(BugError);
  });

  it('fills arrays with the stated mean and spread', () => {
    const uniform = new Float32Array(draws);
    const normal = new Float32Array(draws);
    randomStream(5, 'fill').fillUniform(uniform, -3, 1);
    randomStream(5, 'fill').fillNormal(normal, 2, 0.5);
    const mean = (x: Float32Array): number => x.reduce((sum, value) => sum + value, 0) / x.length;
    expect(uniform.every((x) => x >= -3 && x <= 1)).toBe(true);
    // Standard errors of a mean: (high - low) / sqrt(12 n) and sd / sqrt(n).
    expect(Math.abs(mean(uniform) + 1)).toBeLessThan(5 * (4 / Math.sqrt(12 * draws)));
    expect(Math.abs(mean(normal) - 2)).toBeLessThan(5 * (0.5 / Math.sqrt(draws)));
  });

  it('gives an array the same numbers whether it is filled at once or in parts', () => {
    const whole = new Float32Array(1000);
    randomStream(1, 'parts').fillNormal(whole, 0, 1);
    const parts = new Float32Array(1000);
    const stream = randomStream(1, 'parts');
    stream.fillNormal(parts.subarray(0, 333), 0, 1);
    stream.fillNormal(parts.subarray(333), 0, 1);
    expect(parts).toEqual(whole);
  });

  it('does not repeat itself where its buffer is refilled', () => {
    const seen = new Set<string>();
    const stream = randomStream(1, 'refill');
    const pairs = 200_000;
    for (let i = 0; i < pairs; i++) seen.add(`${stream.uint32()},${stream.uint32()}`);
    // 2e5 pairs of 64 bits coincide by a chance of 1e-9.
    expect(seen.size).toBe(pairs);
  });

  it('shuffles into a permutation, every order equally often', () => {
    const counts = new Map<string, number>();
    const rounds = 24_000;
    for (let i = 0; i < rounds; i++) {
      const cards = Uint32Array.from([0, 1, 2, 3]);
      randomStream(i, 'shuffle').shuffle(cards);
      expect(cards.toSorted()).toEqual(Uint32Array.from([0, 1, 2, 3]));
      counts.set(cards.join(), (counts.get(cards.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const expected = rounds / 24;
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(23 + 5 * Math.sqrt(46));
  });
});
