/** Euclidean norm in double precision. */
export function euclideanNorm(values: Float32Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
