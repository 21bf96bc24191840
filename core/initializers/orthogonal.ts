import type { RandomStream } from '../random/random-stream.ts';

/**
 * `gain` times a random orthogonal kernel [fanIn, units], row-major: its columns are orthonormal where fanIn >= units,
 * its rows where fanIn <= units, and it is uniform over all such kernels (Haar). Computed in double precision, returned as float32.
 *
 * It is the Q of a Householder QR of a Gaussian matrix with the signs of R's diagonal moved into Q, which makes Q unique
 * and Haar distributed (Saxe, McClelland, Ganguli 2013; Mezzadri 2007). R itself is never formed: after k reflections the
 * rest of the matrix is Gaussian as before and independent of them, so that each reflection can draw its own
 * column (Stewart 1980). That halves the work, (4/3) n^3 operations for a square kernel.
 */
export function orthogonalKernel(fanIn: number, units: number, gain: number, stream: RandomStream): Float32Array {
  const rows = Math.max(fanIn, units);
  const columns = Math.min(fanIn, units);
  const q = orthonormalColumns(rows, columns, stream);
  const kernel = new Float32Array(rows * columns);
  // q lies column after column: as it stands that is a wide kernel in row-major order, transposed it is a tall one.
  const [rowStride, columnStride] = fanIn > units ? [columns, 1] : [1, rows];
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      kernel[row * rowStride + column * columnStride] = gain * (q[column * rows + row] as number);
    }
  }
  return kernel;
}

/** Haar-distributed orthonormal columns [columns, rows], one column after the other; rows >= columns. */
function orthonormalColumns(rows: number, columns: number, stream: RandomStream): Float64Array {
  const q = new Float64Array(rows * columns);
  const reflector = new Float64Array(rows);
  // Q = H_0 H_1 ... H_(columns - 1) D, built from the right: columns before k are still zero from row k on.
  for (let k = columns - 1; k >= 0; k--) {
    let squares = 0;
    for (let row = k; row < rows; row++) {
      const x = stream.normal();
      reflector[row] = x;
      squares += x * x;
    }
    const norm = Math.sqrt(squares);
    const first = reflector[k] as number;
    // Away from 0, so that nothing cancels; R's diagonal entry is then -sign * norm.
    const sign = first < 0 ? -1 : 1;
    reflector[k] = first + sign * norm;
    q[k * rows + k] = -sign;
    const reflectorSquares = 2 * (squares + Math.abs(first) * norm);
    // A column of zeros (all draws exactly 0) needs no reflection.
    if (reflectorSquares > 0) reflect(q, rows, columns, k, reflector, 2 / reflectorSquares);
  }
  return q;
}

/** Applies I - scale v v^T to rows k and on of columns k and on. */
function reflect(q: Float64Array, rows: number, columns: number, k: number, v: Float64Array, scale: number): void {
  for (let column = k; column < columns; column++) {
    const offset = column * rows;
    let product = 0;
    for (let row = k; row < rows; row++) product += (v[row] as number) * (q[offset + row] as number);
    const step = scale * product;
    for (let row = k; row < rows; row++) q[offset + row] = (q[offset + row] as number) - step * (v[row] as number);
  }
}
