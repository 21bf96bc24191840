/** Maps a value of column c to (value - mean[c]) / sd[c]; a column without variance maps to 0. */
export interface Scale {
  readonly mean: Float64Array;
  /** 0 where the column has no variance. */
  readonly sd: Float64Array;
}

/**
 * Mean and standard deviation (of the population, in two passes) over the given rows of `values` [rows, columns], per column or
 * over all columns together.
 */
export function fitScale(
  values: ArrayLike<number>,
  columns: number,
  rows: Uint32Array,
  scaling: 'perFeature' | 'overall',
): Scale {
  const mean = new Float64Array(columns);
  const variance = new Float64Array(columns);
  const low = new Float64Array(columns).fill(Infinity);
  const high = new Float64Array(columns).fill(-Infinity);
  for (const row of rows) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      mean[column]! += value;
      if (value < low[column]!) low[column] = value;
      if (value > high[column]!) high[column] = value;
    }
  }
  if (scaling === 'overall') {
    mean.fill(mean.reduce((sum, value) => sum + value, 0) / columns);
    low.fill(low.reduce((least, value) => Math.min(least, value)));
    high.fill(high.reduce((most, value) => Math.max(most, value)));
  }
  for (let column = 0; column < columns; column++) mean[column]! /= rows.length;

  for (const row of rows) {
    for (let column = 0; column < columns; column++) {
      variance[column]! += (values[row * columns + column]! - mean[column]!) ** 2;
    }
  }
  if (scaling === 'overall') variance.fill(variance.reduce((sum, value) => sum + value, 0) / columns);

  // Equal values can have a tiny variance by rounding alone, so a constant column is told by its range.
  const sd = variance.map((sum, column) => (low[column] === high[column] ? 0 : Math.sqrt(sum / rows.length)));
  return { mean, sd };
}

/** The given rows of `values` [rows, columns], scaled, as float32. */
export function applyScale(values: ArrayLike<number>, scale: Scale, rows: Uint32Array): Float32Array {
  const columns = scale.mean.length;
  const scaled = new Float32Array(rows.length * columns);
  rows.forEach((row, position) => {
    for (let column = 0; column < columns; column++) {
      const sd = scale.sd[column]!;
      const value = values[row * columns + column]!;
      scaled[position * columns + column] = sd === 0 ? 0 : (value - scale.mean[column]!) / sd;
    }
  });
  return scaled;
}
