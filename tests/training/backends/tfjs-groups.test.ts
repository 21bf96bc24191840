import { describe, expect, it } from 'vitest';
import { cudaGroupSizes } from '../../../training/backends/tfjs/cuda-backend.ts';
import { groupsOf } from '../../../training/backends/tfjs/groups.ts';
import { shapeAndData } from '../../contracts/backend/cases.ts';

describe('groups of slots', () => {
  it('hold every slot in use once, in order, and copies only where there are too few', () => {
    expect(groupsOf([7, 3, 5], { fewest: 2, most: 2 })).toEqual([
      { slots: [7, 3], used: 2 },
      { slots: [5, 5], used: 1 },
    ]);
    expect(groupsOf([4, 1, 2], { fewest: 2, most: 16 })).toEqual([{ slots: [4, 1, 2], used: 3 }]);
    expect(groupsOf([], { fewest: 2, most: 16 })).toEqual([]);
  });

  it('are of one size for a shape on cuda, smaller for networks that fill a GPU by themselves', () => {
    const { shape } = shapeAndData();
    expect(cudaGroupSizes(shape)).toEqual({ fewest: 32, most: 32 });
    // 16,777,216 weights and as many first and second moments: 192 MiB and a little a slot.
    const wide = { ...shape, layerSizes: [4096, 4096], optimizer: 'adam' } as const;
    expect(cudaGroupSizes(wide)).toEqual({ fewest: 5, most: 5 });
    const huge = { ...shape, layerSizes: [40_000, 40_000] };
    expect(cudaGroupSizes(huge)).toEqual({ fewest: 1, most: 1 });
  });
});
