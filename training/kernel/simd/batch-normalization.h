/* Batch normalization: over the examples, and pixels, of a unit. */
#pragma once
#include "normalization.h"

/* Mean and scale of each of a panel's 16 columns over `rows` examples. */
static void columnStatistics(const char *values, ptrdiff_t rows, char *means, char *scales) {
  const float count = (float)rows;
  for (ptrdiff_t v = 0; v < PANEL_COLUMNS * 4; v += VECTOR) {
    floats sum[PARTS] = {{0}}, squares[PARTS] = {{0}};
    FOR_ROWS({ sum[r] += load(values + place + v); })
    const floats mean = whole(sum) / count;
    FOR_ROWS({
      const floats d = squarable(load(values + place + v) - mean);
      squares[r] = fused(d, d, squares[r]);
    })
    store(means + v, mean);
    store(scales + v, 1.0f / squareRoot(whole(squares) / count + NORMALIZATION_EPSILON));
  }
}

/* Batch normalization of a panel by such statistics. */
static void normalizeColumns(char *values, char *normals, const char *means, const char *scales, const char *gain, const char *shift, ptrdiff_t rows) {
  for (ptrdiff_t v = 0; v < PANEL_COLUMNS * 4; v += VECTOR) {
    const floats mean = load(means + v), scale = load(scales + v), factor = load(gain + v), addend = load(shift + v);
    for (ptrdiff_t at = v; at < rows * ROW; at += ROW) {
      const floats d = (load(values + at) - mean) * scale;
      const floats n = withoutTiny(d, sizeOf(d));
      store(normals + at, n);
      store(values + at, fused(factor, n, addend));
    }
  }
}

/* Of a panel's columns: the gradients of shift and gain, which are the sums of dz and of dz n over `rows` examples. */
static void shiftAndGainGradients(const char *deltas, const char *normals, ptrdiff_t rows, char *shiftGradients, char *gainGradients) {
  for (ptrdiff_t v = 0; v < PANEL_COLUMNS * 4; v += VECTOR) {
    floats sum[PARTS] = {{0}}, product[PARTS] = {{0}};
    FOR_ROWS({
      const floats delta = load(deltas + place + v);
      sum[r] += delta;
      product[r] = fused(delta, load(normals + place + v), product[r]);
    })
    store(shiftGradients + v, whole(sum));
    store(gainGradients + v, whole(product));
  }
}

/*
 * The way back of normalizeColumns over a batch's own statistics, in place: ds = gain * scale * (dz - (gradient of shift + n * gradient of
 * gain) / examples). `padded` rows of the panel are computed, `rows` are examples.
 */
static void normalizeColumnsBack(char *deltas, const char *normals, const char *scales, const char *gain, ptrdiff_t padded, ptrdiff_t rows, const char *shiftGradients, const char *gainGradients) {
  const float count = (float)rows;
  for (ptrdiff_t v = 0; v < PANEL_COLUMNS * 4; v += VECTOR) {
    const floats factor = load(gain + v) * load(scales + v);
    const floats mean = load(shiftGradients + v) / count, slope = load(gainGradients + v) / count;
    for (ptrdiff_t at = v; at < padded * ROW; at += ROW) {
      const floats delta = factor * (load(deltas + at) - fused(load(normals + at), slope, mean));
      store(deltas + at, withoutTiny(delta, sizeOf(delta)));
    }
  }
}
