/**
 * Mean pairwise cosine between the units' incoming weight vectors, the columns of `kernel` [fanIn, fanOut]: 1 when all
 * units point the same way, near 0 for independent ones. Two zero vectors are identical, so their cosine counts as 1 (a
 * layer of zeros is unbroken symmetry); a zero vector and another have 0. NaN for a single unit or non-finite weights.
 *
 * Takes fanIn x fanOut steps: the cosines of all ordered pairs of n unit vectors add up to |their sum|^2 - n.
 */
export function unitCosine(kernel: Float32Array, fanIn: number, fanOut: number): number {
  if (fanOut === 1) return NaN;
  const norms = new Float64Array(fanOut);
  for (let i = 0; i < fanIn; i++) {
    for (let j = 0; j < fanOut; j++) norms[j]! += kernel[i * fanOut + j]! * kernel[i * fanOut + j]!;
  }
  let zeros = 0;
  for (let j = 0; j < fanOut; j++) {
    norms[j] = Math.sqrt(norms[j]!);
    if (norms[j] === 0) zeros++;
  }
  let squaredSum = 0;
  for (let i = 0; i < fanIn; i++) {
    let sum = 0;
    for (let j = 0; j < fanOut; j++) if (norms[j] !== 0) sum += kernel[i * fanOut + j]! / norms[j]!;
    squaredSum += sum * sum;
  }
  const ordered = squaredSum - (fanOut - zeros) + zeros * (zeros - 1);
  return ordered / (fanOut * (fanOut - 1));
}
