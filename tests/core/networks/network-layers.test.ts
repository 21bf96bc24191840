import { describe, expect, it } from 'vitest';
import { networkLayers, plainSizes } from '../../../core/networks/network-layers.ts';
import { plainBuild } from '../../../core/networks/network.ts';

const none = { name: 'none' } as const;

describe('the layers of a network', () => {
  it('are those between consecutive sizes in an mlp', () => {
    const layers = networkLayers(plainSizes([6, 5, 4, 3]));
    expect(layers.map(({ fanIn, fanOut, units }) => [fanIn, fanOut, units])).toEqual([
      [6, 5, 5],
      [5, 4, 4],
      [4, 3, 3],
    ]);
    expect(layers.every(({ positions, shortcutFrom, normalized }) => positions === 1 && shortcutFrom === null && !normalized)).toBe(true); // prettier-ignore
    expect(layers.map(({ place }) => place.kind)).toEqual(['hidden', 'hidden', 'output']);
  });

  it('have shortcuts from block to block in a residual network, and none over the first block', () => {
    const network = { name: 'residual', blockLayers: 2 } as const;
    const layers = networkLayers({ ...plainSizes([9, 5, 5, 5, 5, 5, 5, 3]), network });
    expect(layers.map(({ shortcutFrom }) => shortcutFrom)).toEqual([null, null, null, 1, null, 3, null]);
    const branch = { kind: 'branch', branches: 2, layers: 2 };
    expect(layers.map(({ place }) => place)).toEqual([
      { kind: 'hidden' },
      { kind: 'hidden' },
      { ...branch, isLast: false },
      { ...branch, isLast: true },
      { ...branch, isLast: false },
      { ...branch, isLast: true },
      { kind: 'output' },
    ]);
  });

  it('count the area of the kernel on both sides of a convolution', () => {
    const network = { name: 'convolution', kernelSize: 3 } as const;
    const image = { height: 8, width: 6, channels: 2 };
    const layers = networkLayers({ layerSizes: [96, 16, 16, 10], network, normalization: none, image });
    expect(layers.map(({ fanIn, fanOut, units }) => [fanIn, fanOut, units])).toEqual([
      [18, 144, 16],
      [144, 144, 16],
      [16, 10, 10],
    ]);
    expect(layers.map(({ positions }) => positions)).toEqual([48, 48, 1]);
    expect(() => networkLayers({ layerSizes: [4, 3, 2], network, normalization: none, image: null })).toThrow(
      'a convolution without images',
    );
  });

  it('are normalized but for the output layer', () => {
    const layers = networkLayers({ ...plainSizes([4, 3, 3, 2]), ...plainBuild, normalization: { name: 'batch' } });
    expect(layers.map(({ normalized }) => normalized)).toEqual([true, true, false]);
  });
});
