/**
 * Convolutions (stride 1, zeros around the image) as matrix products: what a kernel sees at each pixel is a row of the patches
 * [examples * pixels, area * channels], tap by tap. PATCH_ROWS of them at a time are gathered from a matrix [examples * pixels,
 * channels] in panels, so that they stay in cache.
 */
import { paddedColumns, ROW } from './matrix';

export const PATCH_ROWS: i32 = 64;
/** Bytes from one panel of patches to the next. */
export const PATCH_PANEL: usize = <usize>PATCH_ROWS * ROW;

/** Patches of the rows [first, first + PATCH_ROWS) among `rows` of `values`, whose panels lie `panel` bytes apart. */
export function gatherPatches(
  height: i32,
  width: i32,
  side: i32,
  channels: i32,
  values: usize,
  panel: usize,
  first: i32,
  rows: i32,
  patches: usize,
): void {
  const reach = side >> 1;
  const last = min(rows, first + PATCH_ROWS);
  let y = (first / width) % height;
  let x = first % width;
  for (let row = first; row < last; row++, patches += ROW) {
    let column = 0;
    for (let dy = -reach; dy <= reach; dy++) {
      for (let dx = -reach; dx <= reach; dx++) {
        const isInside = y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width;
        const from = values + <usize>(row + dy * width + dx) * ROW;
        if (channels & 3) copySingly(from, panel, isInside, channels, column, patches);
        else copyByFours(from, panel, isInside, channels, column, patches);
        column += channels;
      }
    }
    if (++x < width) continue;
    x = 0;
    if (++y == height) y = 0;
  }
}

// @ts-ignore: decorator
@inline
function placeOf(column: i32, panel: usize): usize {
  return <usize>(column >> 3) * panel + (<usize>(column & 7) << 2);
}

// @ts-ignore: decorator
@inline
function copyByFours(from: usize, panel: usize, isInside: bool, channels: i32, column: i32, patches: usize): void {
  for (let c = 0; c < channels; c += 4) {
    const tap = isInside ? v128.load(from + placeOf(c, panel)) : f32x4.splat(0);
    v128.store(patches + placeOf(column + c, PATCH_PANEL), tap);
  }
}

// @ts-ignore: decorator
@inline
function copySingly(from: usize, panel: usize, isInside: bool, channels: i32, column: i32, patches: usize): void {
  for (let c = 0; c < channels; c++) {
    const tap: f32 = isInside ? load<f32>(from + placeOf(c, panel)) : 0;
    store<f32>(patches + placeOf(column + c, PATCH_PANEL), tap);
  }
}

/**
 * The kernel [area * channels, units] as the way back needs it, [area * units, channels]: taps in reverse order, each
 * transposed. Convolving deltas with it gives the gradient with respect to the inputs.
 */
export function reverseKernel(kernel: usize, area: i32, channels: i32, units: i32, reversed: usize): void {
  const panel = <usize>paddedColumns(area * channels) * ROW;
  const reversedPanel = <usize>paddedColumns(area * units) * ROW;
  for (let tap = 0; tap < area; tap++) {
    for (let j = 0; j < units; j++) {
      const to = reversed + <usize>((area - 1 - tap) * units + j) * ROW;
      const from = kernel + <usize>(tap * channels) * ROW + placeOf(j, panel);
      for (let c = 0; c < channels; c++) {
        store<f32>(to + placeOf(c, reversedPanel), load<f32>(from + <usize>c * ROW));
      }
    }
  }
}
