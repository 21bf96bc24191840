import { describe, expect, it } from 'vitest';
import { StackSize } from '../../training/stack-size.ts';

const pieceMs = 60;

/** Works full stacks for `totalMs` at `rate(places)` steps per ms; the sizes gone through. */
function work(size: StackSize, rate: (places: number) => number, totalMs: number): number[] {
  const sizes = [size.places];
  for (let spent = 0; spent < totalMs; spent += pieceMs) {
    size.measured(size.places, (rate(size.places) * pieceMs) / size.places, pieceMs);
    if (sizes.at(-1) !== size.places) sizes.push(size.places);
  }
  return sizes;
}

const saturatingAt = (places: number) => (n: number) => Math.min(n, places);

describe('stack size', () => {
  it('doubles as long as more places do more work, and goes back to the last that did', () => {
    expect(work(new StackSize(1024), saturatingAt(32), 10_000)).toEqual([8, 16, 32, 64, 32]);
    expect(work(new StackSize(1024), saturatingAt(8), 10_000)).toEqual([8, 16, 8]);
  });

  it('ends at the most there is', () => {
    expect(work(new StackSize(100), (n) => n, 10_000)).toEqual([8, 16, 32, 64, 100]);
    expect(work(new StackSize(3), (n) => n, 10_000)).toEqual([3]);
  });

  it('welcomes as many trials as may yet gain, and once it has settled those that do', () => {
    const size = new StackSize(128);
    expect(size.welcome).toBe(128);
    work(size, saturatingAt(16), 10_000);
    expect([size.places, size.welcome]).toEqual([16, 16]);
    expect(new StackSize(8).welcome).toBe(8);
  });

  it('stays where it has settled whatever single pieces take, and looks again ever more rarely', () => {
    const size = new StackSize(64);
    work(size, saturatingAt(8), 5_000);
    let seed = 1;
    const noisy = (n: number): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return Math.min(n, 8) * (0.2 + (0.8 * seed) / 2_147_483_647);
    };
    expect(work(size, noisy, 50_000)).toEqual([8]);
    const hour = work(size, saturatingAt(8), 3_600_000);
    expect(hour.length).toBeLessThan(15);
    expect(hour.at(-1)).toBe(8);
    expect(new Set(hour)).toEqual(new Set([8, 16]));
  });

  it('finds the better size later where other work on the machine had misled it', () => {
    const size = new StackSize(64);
    work(size, () => 1, 5_000);
    expect(size.places).toBe(8);
    work(size, saturatingAt(32), 200_000);
    expect(size.places).toBe(32);
  });

  it('learns nothing from stacks with many free places', () => {
    const size = new StackSize(64);
    for (let piece = 0; piece < 1_000; piece++) size.measured(2, 10, pieceMs);
    expect(size.places).toBe(8);
    expect(size.welcome).toBe(64);
  });

  it('halves what did not fit into memory, never below what did nor below one', () => {
    const size = new StackSize(64);
    work(size, (n) => n, 1_000);
    expect(size.places).toBe(32);
    size.refused(32, 24);
    expect([size.places, size.welcome]).toEqual([24, 24]);
    size.refused(24);
    expect(size.places).toBe(12);
    for (let times = 0; times < 9; times++) size.refused(size.places);
    expect(size.places).toBe(1);
    work(size, (n) => n, 70_000);
    expect(size.places).toBeGreaterThan(1);
  });
});
