/* Layer normalization: over the units, and pixels, of an example. */
#pragma once
#include "normalization.h"

/* Sums of 4 rows, each over the columns of a panel apart. */
typedef struct {
  floats of[PARTS][PANEL_VECTORS];
} RowSums;

INLINE RowSums noSums(void) {
  RowSums sums;
#pragma GCC unroll 4
  for (int r = 0; r < PARTS; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < PANEL_VECTORS; v++) sums.of[r][v] = splat(0);
  }
  return sums;
}

/* The whole sums of the 4 rows. */
INLINE quad foldRows(const RowSums *sums) {
  quad rows[PARTS], lanes[PARTS];
#pragma GCC unroll 4
  for (int r = 0; r < PARTS; r++) {
    const quad *columns = (const quad *)sums->of[r];
    rows[r] = (columns[0] + columns[1]) + (columns[2] + columns[3]);
  }
  transposeQuads((const char *)rows, sizeof(quad), (char *)lanes, sizeof(quad));
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

/* Calls `work` with the vectors `place` of 4 rows at `row`, their `column`, and the lanes `inside` of the matrix. */
#define FOR_ROWS_OF_UNITS(work)                                                                                     \
  for (ptrdiff_t p = 0; p * PANEL_COLUMNS < units; p++) {                                                           \
    _Pragma("GCC unroll 8") for (int v = 0; v < PANEL_VECTORS; v++) {                                               \
      const ptrdiff_t column = p * ROW + v * VECTOR;                                                                \
      const ints inside = lanesBelow(units - p * PANEL_COLUMNS - v * LANES);                                        \
      _Pragma("GCC unroll 4") for (int r = 0; r < PARTS; r++) {                                                     \
        const ptrdiff_t place = p * panel + (row + r) * ROW + v * VECTOR;                                           \
        work                                                                                                        \
      }                                                                                                             \
    }                                                                                                               \
  }

/* Layer normalization of `rows` (a multiple of 4) examples. Leaves normal values, and a scale for each row. */
static void normalizeRows(char *values, char *normals, float *scales, const char *gain, const char *shift, ptrdiff_t rows, ptrdiff_t units) {
  const ptrdiff_t panel = rows * ROW;
  const float count = (float)units;
  for (ptrdiff_t row = 0; row < rows; row += PARTS) {
    RowSums sums = noSums(), squares = noSums();
    FOR_ROWS_OF_UNITS({
      sums.of[r][v] += where(inside, load(values + place));
    })
    const quad mean = foldRows(&sums) / count;
    FOR_ROWS_OF_UNITS({
      const floats d = where(inside, squarable(load(values + place) - mean[r]));
      squares.of[r][v] = fused(d, d, squares.of[r][v]);
    })
    const quad variance = foldRows(&squares) / count;
    quad scale;
    for (int r = 0; r < PARTS; r++) {
      scale[r] = 1.0f / __builtin_sqrtf(variance[r] + NORMALIZATION_EPSILON);
      scales[row + r] = scale[r];
    }
    FOR_ROWS_OF_UNITS({
      const floats d = (load(values + place) - mean[r]) * scale[r];
      const floats n = where(inside, withoutTiny(d, sizeOf(d)));
      store(normals + place, n);
      store(values + place, fused(load(gain + column), n, load(shift + column)));
    })
  }
}

/* The way back of normalizeRows, in place: with d = gain dz, ds = scale * (d - (sum of d + n * sum of d n) / units). */
static void normalizeRowsBack(char *deltas, const char *normals, const float *scales, const char *gain, ptrdiff_t rows, ptrdiff_t units) {
  const ptrdiff_t panel = rows * ROW;
  const float count = (float)units;
  for (ptrdiff_t row = 0; row < rows; row += PARTS) {
    RowSums sums = noSums(), products = noSums();
    FOR_ROWS_OF_UNITS({
      const floats d = where(inside, load(gain + column) * load(deltas + place));
      sums.of[r][v] += d;
      products.of[r][v] = fused(d, load(normals + place), products.of[r][v]);
    })
    const quad mean = foldRows(&sums) / count, slope = foldRows(&products) / count;
    FOR_ROWS_OF_UNITS({
      const floats d = load(gain + column) * load(deltas + place);
      const floats rest = d - fused(load(normals + place), splat(slope[r]), splat(mean[r]));
      const floats delta = rest * scales[row + r];
      store(deltas + place, where(inside, withoutTiny(delta, sizeOf(delta))));
    })
  }
}

/* The sum of 16 columns. */
INLINE float foldColumns(const floats *columns) {
  const quad *quads = (const quad *)columns;
  const quad four = (quads[0] + quads[1]) + (quads[2] + quads[3]);
  return (four[0] + four[1]) + (four[2] + four[3]);
}

/* Calls `work` for each vector `v` of columns of each panel, `from` bytes from the first row on, with the lanes `inside` of the matrix. */
#define FOR_UNITS(work)                                                                    \
  for (ptrdiff_t p = 0; p * PANEL_COLUMNS < units; p++) {                                  \
    _Pragma("GCC unroll 8") for (int v = 0; v < PANEL_VECTORS; v++) {                      \
      const ptrdiff_t column = p * ROW + v * VECTOR, from = p * panel + v * VECTOR;        \
      const ints inside = lanesBelow(units - p * PANEL_COLUMNS - v * LANES);               \
      work                                                                                 \
    }                                                                                      \
  }

/* Layer normalization of examples of `rows` pixels each, as normalizeRows for one; panels lie `panel` bytes apart. */
static void normalizeExamples(char *values, char *normals, float *scales, const char *gain, const char *shift, ptrdiff_t panel, ptrdiff_t examples, ptrdiff_t rows, ptrdiff_t units) {
  const float count = (float)(rows * units);
  for (ptrdiff_t example = 0; example < examples; example++, values += rows * ROW, normals += rows * ROW) {
    floats sums[PANEL_VECTORS] = {{0}}, squares[PANEL_VECTORS] = {{0}};
    FOR_UNITS({
      floats sum[PARTS] = {{0}};
      FOR_ROWS({ sum[r] += load(values + from + place); })
      sums[v] += where(inside, whole(sum));
    })
    const float mean = foldColumns(sums) / count;
    FOR_UNITS({
      floats sum[PARTS] = {{0}};
      FOR_ROWS({
        const floats d = squarable(load(values + from + place) - mean);
        sum[r] = fused(d, d, sum[r]);
      })
      squares[v] += where(inside, whole(sum));
    })
    const float scale = 1.0f / __builtin_sqrtf(foldColumns(squares) / count + NORMALIZATION_EPSILON);
    scales[example] = scale;
    FOR_UNITS({
      for (ptrdiff_t at = from; at < from + rows * ROW; at += ROW) {
        const floats d = (load(values + at) - mean) * scale;
        const floats n = where(inside, withoutTiny(d, sizeOf(d)));
        store(normals + at, n);
        store(values + at, fused(load(gain + column), n, load(shift + column)));
      }
    })
  }
}

/* The way back of normalizeExamples, as normalizeRowsBack. */
static void normalizeExamplesBack(char *deltas, const char *normals, const float *scales, const char *gain, ptrdiff_t panel, ptrdiff_t examples, ptrdiff_t rows, ptrdiff_t units) {
  const float count = (float)(rows * units);
  for (ptrdiff_t example = 0; example < examples; example++, deltas += rows * ROW, normals += rows * ROW) {
    floats sums[PANEL_VECTORS] = {{0}}, products[PANEL_VECTORS] = {{0}};
    FOR_UNITS({
      floats sum[PARTS] = {{0}};
      floats product[PARTS] = {{0}};
      FOR_ROWS({
        const floats d = load(gain + column) * load(deltas + from + place);
        sum[r] += d;
        product[r] = fused(d, load(normals + from + place), product[r]);
      })
      sums[v] += where(inside, whole(sum));
      products[v] += where(inside, whole(product));
    })
    const float mean = foldColumns(sums) / count, slope = foldColumns(products) / count;
    FOR_UNITS({
      for (ptrdiff_t at = from; at < from + rows * ROW; at += ROW) {
        const floats d = load(gain + column) * load(deltas + at);
        const floats delta = (d - fused(load(normals + at), splat(slope), splat(mean))) * scales[example];
        store(deltas + at, where(inside, withoutTiny(delta, sizeOf(delta))));
      }
    })
  }
}
