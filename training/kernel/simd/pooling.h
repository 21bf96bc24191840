/* What passes between layers beside kernels: means over the pixels, and shortcuts. */
#pragma once
#include "normalization.h"

/* The means of a panel's columns over the `pixels` rows of each example. */
static void columnMeans(const char *values, ptrdiff_t pixels, ptrdiff_t examples, char *means) {
  const ptrdiff_t rows = pixels;
  for (ptrdiff_t example = 0; example < examples; example++, values += pixels * ROW, means += ROW) {
    for (ptrdiff_t v = 0; v < PANEL_COLUMNS * 4; v += VECTOR) {
      floats sum[PARTS] = {{0}};
      FOR_ROWS({ sum[r] += load(values + place + v); })
      store(means + v, whole(sum) / (float)pixels);
    }
  }
}

/* The way back of columnMeans, times the activation's derivatives. */
static void spreadMeans(const char *gradients, ptrdiff_t pixels, ptrdiff_t examples, const char *derivatives, char *deltas) {
  for (ptrdiff_t example = 0; example < examples; example++, gradients += ROW) {
    for (ptrdiff_t v = 0; v < PANEL_COLUMNS * 4; v += VECTOR) {
      const floats share = load(gradients + v) / (float)pixels;
      for (ptrdiff_t row = example * pixels; row < (example + 1) * pixels; row++) {
        const floats delta = share * load(derivatives + row * ROW + v);
        store(deltas + row * ROW + v, withoutTiny(delta, sizeOf(delta)));
      }
    }
  }
}

/* A shortcut: `values` take what the stream holds on board, and the stream then holds them, whichever is asked for. */
static void joinStream(char *values, char *stream, ptrdiff_t bytes, int takes, int leaves) {
  for (ptrdiff_t at = 0; at < bytes; at += VECTOR) {
    floats x = load(values + at);
    if (takes) {
      x += load(stream + at);
      x = withoutTiny(x, sizeOf(x));
      store(values + at, x);
    }
    if (leaves) store(stream + at, x);
  }
}
