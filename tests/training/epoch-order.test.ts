import { describe, expect, it } from 'vitest';
import { epochOrder, stepsPerEpoch } from '../../training/epoch-order.ts';

describe('epoch order', () => {
  it('holds whole batches of different rows', () => {
    const order = epochOrder(1, 1, 50, 8);
    expect(stepsPerEpoch(50, 8)).toBe(6);
    expect(order).toHaveLength(48);
    expect(new Set(order).size).toBe(48);
    expect(Math.max(...order)).toBeLessThan(50);
  });

  it('differs from epoch to epoch and seed to seed, and leaves out other rows each time', () => {
    expect(epochOrder(1, 2, 50, 8)).not.toEqual(epochOrder(1, 1, 50, 8));
    expect(epochOrder(2, 1, 50, 8)).not.toEqual(epochOrder(1, 1, 50, 8));
    const seen = new Set([1, 2, 3, 4].flatMap((epoch) => [...epochOrder(1, epoch, 50, 8)]));
    expect(seen.size).toBe(50);
  });

  it('is a pure function of seed and epoch', () => {
    expect(epochOrder(3, 17, 50, 8)).toEqual(epochOrder(3, 17, 50, 8));
  });
});
