import type { RandomStream } from '../random/random-stream.ts';

/**
 * A kernel [fanIn, units], row-major, in which every unit has `k` non-zero incoming weights (all of them where
 * fanIn < k), drawn from N(0, sd^2), at inputs chosen by chance (Martens 2010).
 */
export function sparseKernel(fanIn: number, units: number, k: number, sd: number, stream: RandomStream): Float32Array {
  const kernel = new Float32Array(fanIn * units);
  const inputs = Uint32Array.from({ length: fanIn }, (_, i) => i);
  const count = Math.min(k, fanIn);
  for (let unit = 0; unit < units; unit++) {
    // The first `count` steps of a shuffle; any order to start from serves, so the last unit's is used on.
    for (let i = 0; i < count; i++) {
      const j = i + stream.integer(fanIn - i);
      const input = inputs[j] as number;
      inputs[j] = inputs[i] as number;
      inputs[i] = input;
      kernel[input * units + unit] = sd * stream.normal();
    }
  }
  return kernel;
}
