/*
 * The losses defined in training/losses.ts, on outputs [rows, size] in panels. Each adds the examples' losses and correct
 * predictions to `sums` and replaces the outputs by the gradient of the batch's mean loss with respect to them (padding
 * columns by 0). Codes as in training/backends/kernel/codes.ts.
 */
#pragma once
#include <math.h>
#include "matrix.h"
#include "slot.h"

enum { CROSS_ENTROPY, MEAN_SQUARED_ERROR, HUBER };

INLINE char *outputAt(char *outputs, ptrdiff_t panel, ptrdiff_t row, ptrdiff_t column) {
  return outputs + column / PANEL_COLUMNS * panel + row * ROW + column % PANEL_COLUMNS * 4;
}

/* Softmax cross entropy of the examples from `row` on, one per lane. `scratch`: a vector per padded class. */
static void crossEntropy(char *outputs, ptrdiff_t panel, ptrdiff_t size, const char *targets, ptrdiff_t rows, ptrdiff_t row, Slot *sums, char *scratch) {
  const ptrdiff_t padded = paddedColumns(size);
  const ptrdiff_t left = rows - row < LANES ? rows - row : LANES;
  for (ptrdiff_t column = 0; column < padded; column += 4) {
    for (ptrdiff_t r = 0; r < left; r += 4) {
      transposeQuads(outputAt(outputs, panel, row + r, column), ROW, scratch + column * VECTOR + r * 4, VECTOR);
    }
  }

  const ints target = *(const ints *)(targets + row * 4);
  floats max = load(scratch);
  ints best = splatInt(0);
  floats targetOutput = max;
  for (ptrdiff_t k = 1; k < size; k++) {
    const floats z = load(scratch + k * VECTOR);
    /* Strictly greater: of equal outputs the first is the prediction. */
    const ints greater = z > max;
    max = choose(greater, z, max);
    best = (greater & (int32_t)k) | (~greater & best);
    targetOutput = choose(target == (int32_t)k, z, targetOutput);
  }

  /* The greatest term is exp 0 = 1; the others are summed apart so that a confident example keeps its digits. */
  floats others = splat(0);
  for (ptrdiff_t k = 0; k < size; k++) {
    const floats e = exponential(load(scratch + k * VECTOR) - max);
    store(scratch + k * VECTOR, e);
    others += except(best == (int32_t)k, e);
  }
  const floats sum = 1.0f + others;
  const floats losses = logOnePlus(others) - (targetOutput - max);
  const ints correct = best == target;

  /* softmax - 1 at the target, again without cancelling: -others / sum where the target is the greatest. */
  const floats scale = (1.0f / (float)rows) / sum;
  for (ptrdiff_t k = 0; k < size; k++) {
    const floats e = load(scratch + k * VECTOR);
    const floats atTarget = choose(correct, -others, e - sum);
    store(scratch + k * VECTOR, scale * choose(target == (int32_t)k, atTarget, e));
  }
  for (ptrdiff_t k = size; k < padded; k++) store(scratch + k * VECTOR, splat(0));

  for (ptrdiff_t column = 0; column < padded; column += 4) {
    for (ptrdiff_t r = 0; r < left; r += 4) {
      transposeQuads(scratch + column * VECTOR + r * 4, VECTOR, outputAt(outputs, panel, row + r, column), ROW);
    }
  }
  for (ptrdiff_t lane = 0; lane < left; lane++) {
    sums->lossSum += (double)losses[lane];
    sums->correct -= (double)correct[lane];
  }
}

/* Mean over outputs of `curvature` / 2 times the squared difference, linear beyond `limit`. */
static void regression(float curvature, float limit, char *outputs, ptrdiff_t panel, ptrdiff_t size, const char *targets, ptrdiff_t rows, Slot *sums) {
  const float scale = 1.0f / ((float)rows * (float)size);
  for (ptrdiff_t row = 0; row < rows; row++) {
    double sum = 0;
    for (ptrdiff_t k = 0; k < size; k++, targets += 4) {
      float *at = (float *)outputAt(outputs, panel, row, k);
      const float difference = *at - loadOne(targets);
      const double distance = fabs((double)difference);
      /* Written so that NaN counts as inside and stays NaN. */
      const int outside = distance > limit;
      *at = scale * (outside ? copysignf(1, difference) : curvature * difference);
      sum += outside ? distance - 0.5 : 0.5 * curvature * distance * distance;
    }
    for (ptrdiff_t k = size; k < paddedColumns(size); k++) *(float *)outputAt(outputs, panel, row, k) = 0;
    sums->lossSum += sum / (double)size;
  }
}

/* `targets`: class numbers [rows] (int32) or values [rows, size] (float). */
static void lossAndGradient(int code, char *outputs, ptrdiff_t panel, ptrdiff_t size, const char *targets, ptrdiff_t rows, Slot *sums, char *scratch) {
  if (code == CROSS_ENTROPY) {
    for (ptrdiff_t row = 0; row < rows; row += LANES) {
      crossEntropy(outputs, panel, size, targets, rows, row, sums, scratch);
    }
  } else if (code == MEAN_SQUARED_ERROR) {
    regression(2, INFINITY, outputs, panel, size, targets, rows, sums);
  } else {
    regression(1, 1, outputs, panel, size, targets, rows, sums);
  }
}
