/*
 * Layer and batch normalization in place, z = gain * n + shift with the normal values n = (s - mean) * scale and scale = 1 / sqrt(variance
 * + epsilon), and the way back from the gradient by z to that by s (core/networks/network-layers.ts). Matrices are [rows, units] in panels;
 * gain and shift are panels of one row. No result hangs on the width of vectors: sums over rows go lane by lane in four parts, sums over
 * units go over the 16 columns of panels apart, which are then added up by quads.
 */
#pragma once
#include "matrix.h"

enum { NOT_NORMALIZED, LAYER_NORMALIZATION, BATCH_NORMALIZATION };

/* normalizationEpsilon of core/networks/network.ts. */
#define NORMALIZATION_EPSILON 1e-5f

/* Sums over rows are taken in so many parts, as are rows in sums over units. */
#define PARTS 4

/* The sum of the parts. */
INLINE floats whole(const floats *parts) { return (parts[0] + parts[1]) + (parts[2] + parts[3]); }

/* Calls `work` for each of `rows` rows with its `place` and the part `r` that it belongs to. */
#define FOR_ROWS(work)                                                  \
  for (ptrdiff_t row = 0; row < rows; row += PARTS) {                   \
    if (row + PARTS <= rows) {                                          \
      _Pragma("GCC unroll 4") for (int r = 0; r < PARTS; r++) {         \
        const ptrdiff_t place = (row + r) * ROW;                        \
        work                                                            \
      }                                                                 \
    } else {                                                            \
      _Pragma("GCC unroll 4") for (int r = 0; r < PARTS; r++) {         \
        const ptrdiff_t place = (row + r) * ROW;                        \
        if (row + r < rows) work                                        \
      }                                                                 \
    }                                                                   \
  }
