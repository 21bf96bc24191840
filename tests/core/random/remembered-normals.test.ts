import { describe, expect, it } from 'vitest';
import { RememberedNormals } from '../../../core/random/remembered-normals.ts';

/** Says of each name whether it had to be drawn. */
function drawnAmong(normals: RememberedNormals, asked: readonly [string, number][]): boolean[] {
  return asked.map(([name, count]) => {
    let drawn = false;
    const got = normals.first(name, count, () => {
      drawn = true;
      return new Float64Array(count);
    });
    expect(got.length).toBeGreaterThanOrEqual(count);
    return drawn;
  });
}

describe('remembered normals', () => {
  it('are drawn once for a name, and again where more are asked for than there are', () => {
    const normals = new RememberedNormals(1e6);
    expect(drawnAmong(normals, [['a', 10], ['b', 10], ['a', 10], ['a', 4], ['a', 11], ['a', 11], ['b', 10]])).toEqual(
      [true, true, false, false, true, false, false],
    ); // prettier-ignore
  });

  it('go when there are too many, those first that were not asked for longest', () => {
    // Two arrays of ten numbers of 8 bytes fit.
    const normals = new RememberedNormals(160);
    expect(drawnAmong(normals, [['a', 10], ['b', 10], ['a', 10], ['c', 10], ['a', 10], ['b', 10]])).toEqual(
      [true, true, false, true, false, true],
    ); // prettier-ignore
    expect(
      drawnAmong(normals, [
        ['huge', 21],
        ['huge', 21],
        ['b', 10],
      ]),
    ).toEqual([true, true, false]);
  });
});
