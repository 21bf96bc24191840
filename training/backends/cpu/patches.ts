import type { ImageSize } from '../../../core/networks/network.ts';

/**
 * What a kernel sees at each pixel: patches [examples, pixels, kernelSize^2 channels] of images [examples, pixels, channels], zeros
 * beyond the edge.
 */
export function gatherPatches(
  { height, width }: ImageSize,
  channels: number,
  kernelSize: number,
  images: Float32Array,
  examples: number,
  patches: Float32Array,
): void {
  patches.fill(0, 0, examples * height * width * kernelSize ** 2 * channels);
  eachTap({ height, width }, kernelSize, examples, (pixel, patch) => {
    const [from, to] = [pixel * channels, patch * channels];
    for (let c = 0; c < channels; c++) patches[to + c] = images[from + c]!;
  });
}

/** The opposite of gatherPatches for gradients: adds up what a pixel has in all patches. */
export function scatterPatches(
  { height, width }: ImageSize,
  channels: number,
  kernelSize: number,
  patches: Float32Array,
  examples: number,
  images: Float32Array,
): void {
  const sums = new Float64Array(examples * height * width * channels);
  eachTap({ height, width }, kernelSize, examples, (pixel, patch) => {
    const [to, from] = [pixel * channels, patch * channels];
    for (let c = 0; c < channels; c++) sums[to + c]! += patches[from + c]!;
  });
  images.set(sums);
}

/** Visits every pixel that a kernel covers: its number among all pixels, and its place among the taps of all patches. */
function eachTap(
  { height, width }: Pick<ImageSize, 'height' | 'width'>,
  kernelSize: number,
  examples: number,
  visit: (pixel: number, patch: number) => void,
): void {
  const reach = (kernelSize - 1) / 2;
  for (let example = 0; example < examples; example++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const center = (example * height + y) * width + x;
        for (let tap = 0; tap < kernelSize ** 2; tap++) {
          const [dy, dx] = [Math.floor(tap / kernelSize) - reach, (tap % kernelSize) - reach];
          if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) continue;
          visit(center + dy * width + dx, center * kernelSize ** 2 + tap);
        }
      }
    }
  }
}
