/*
 * The three products of a dense layer. A matrix [R, C] is stored as panels of 16 columns, one after the other: panel p
 * holds columns 16p .. 16p + 15 as [R, 16] row-major, the last one padded with columns. A tile of a product (8 rows and
 * two panels in vectors of 16) lives in registers while both factors stream through it at unit stride. Sums run over
 * actual rows and columns only, in order, one fused multiply-add after the other; how large a tile is changes no bit.
 *
 * Rows of activations are padded to a multiple of 8, columns to a multiple of 16; padding never enters a result.
 */
#pragma once
#include "vector-math.h"

#define PANEL_COLUMNS 16
/* Bytes of one row of a panel. */
#define ROW 64
#define PANEL_VECTORS (PANEL_COLUMNS / LANES)

/* What the registers hold: 32 of 16 lanes, 16 of 8, 32 of 4. */
#if LANES == 16
#define TILE_ROWS 8
#define TILE_PANELS 2
#else
#define TILE_ROWS 4
#define TILE_PANELS 1
#endif
#define TILE_VECTORS (TILE_PANELS * PANEL_VECTORS)

typedef struct {
  floats at[TILE_ROWS][TILE_VECTORS];
} Tile;

INLINE ptrdiff_t paddedRows(int32_t rows) { return (rows + 7) & ~7; }
INLINE ptrdiff_t paddedColumns(int32_t columns) { return (columns + 15) & ~15; }

/* Byte of vector v in a row of panels that lie `panel` bytes apart. */
INLINE ptrdiff_t vectorAt(int v, ptrdiff_t panel) { return v / PANEL_VECTORS * panel + v % PANEL_VECTORS * VECTOR; }

/*
 * Adds `count` outer products to a tile: factor k is the numbers at a + k * aStep, `aRow` bytes apart from row to row, times the
 * rows at b + k * ROW of `panels` panels.
 */
INLINE void multiply(Tile *tile, int panels, const char *a, ptrdiff_t aRow, ptrdiff_t aStep, const char *b, ptrdiff_t bPanel, ptrdiff_t count) {
  const int vectors = panels * PANEL_VECTORS;
  for (const char *end = a + count * aStep; a != end; a += aStep, b += ROW) {
    floats row[TILE_VECTORS];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) row[v] = load(b + vectorAt(v, bPanel));
#pragma GCC unroll 8
    for (int r = 0; r < TILE_ROWS; r++) {
      const floats x = splat(loadOne(a + r * aRow));
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) tile->at[r][v] = fused(x, row[v], tile->at[r][v]);
    }
  }
}

/* The same over all columns of a matrix in panels `aPanel` bytes apart: tile += a [8, columns] b [columns, panels]. */
INLINE void multiplyPanels(Tile *tile, int panels, const char *a, ptrdiff_t aPanel, ptrdiff_t columns, const char *b, ptrdiff_t bPanel) {
  for (; columns > 0; columns -= PANEL_COLUMNS, a += aPanel, b += PANEL_COLUMNS * ROW) {
    multiply(tile, panels, a, ROW, 4, b, bPanel, columns < PANEL_COLUMNS ? columns : PANEL_COLUMNS);
  }
}

#define FOR_TILE(panels)                                                    \
  _Pragma("GCC unroll 8") for (int r = 0; r < TILE_ROWS; r++)               \
      _Pragma("GCC unroll 8") for (int v = 0; v < (panels) * PANEL_VECTORS; v++)

/*
 * Forward: panels of z [rows, fanOut] = h [rows, fanIn] W + b; `kernel` and `bias` are those of the panels. Panels of h lie `hPanel` bytes
 * apart, those of z `panel`.
 */
INLINE void affinePanels(int panels, const char *h, ptrdiff_t hPanel, ptrdiff_t rows, ptrdiff_t fanIn, const char *kernel, const char *bias, char *z, ptrdiff_t panel) {
  const ptrdiff_t kernelPanel = paddedColumns(fanIn) * ROW;
  for (ptrdiff_t at = 0; at < rows * ROW; at += TILE_ROWS * ROW) {
    Tile tile;
    FOR_TILE(panels) tile.at[r][v] = load(bias + vectorAt(v, ROW));
    multiplyPanels(&tile, panels, h + at, hPanel, fanIn, kernel, kernelPanel);
    FOR_TILE(panels) store(z + at + r * ROW + vectorAt(v, panel), tile.at[r][v]);
  }
}

/*
 * Backward: panels of the gradient [rows, fanIn] with respect to the layer's inputs, deltas [rows, fanOut] W^T, times the
 * activation's derivatives there. `transposed` are the panels of W^T. Panels of deltas lie `deltasPanel` bytes apart, the others `panel`.
 */
INLINE void inputGradientPanels(int panels, const char *deltas, ptrdiff_t deltasPanel, ptrdiff_t rows, ptrdiff_t fanOut, const char *transposed, const char *derivatives, char *below, ptrdiff_t panel) {
  const ptrdiff_t transposedPanel = paddedColumns(fanOut) * ROW;
  for (ptrdiff_t at = 0; at < rows * ROW; at += TILE_ROWS * ROW) {
    Tile tile;
    FOR_TILE(panels) tile.at[r][v] = splat(0);
    multiplyPanels(&tile, panels, deltas + at, deltasPanel, fanOut, transposed, transposedPanel);
    FOR_TILE(panels) {
      const ptrdiff_t place = at + r * ROW + vectorAt(v, panel);
      const floats delta = tile.at[r][v] * load(derivatives + place);
      store(below + place, withoutTiny(delta, sizeOf(delta)));
    }
  }
}

/*
 * Panels [fanIn, 16] of the kernel gradient h^T deltas over `rows` examples, added to what is there where `adds` says so; panels of h lie
 * `hPanel` bytes apart, those of the deltas `panel`, those of the gradient `gradientPanel`. Writes whole tiles: up to 7 rows more than fanIn.
 */
INLINE void kernelGradientPanels(int panels, const char *h, ptrdiff_t hPanel, ptrdiff_t fanIn, const char *deltas, ptrdiff_t panel, ptrdiff_t rows, char *gradient, ptrdiff_t gradientPanel, int adds) {
  for (ptrdiff_t i = 0; i < fanIn; i += TILE_ROWS) {
    Tile tile;
    if (adds) FOR_TILE(panels) tile.at[r][v] = load(gradient + (i + r) * ROW + vectorAt(v, gradientPanel));
    else FOR_TILE(panels) tile.at[r][v] = splat(0);
    const char *a = h + i / PANEL_COLUMNS * hPanel + i % PANEL_COLUMNS * 4;
    multiply(&tile, panels, a, 4, ROW, deltas, panel, rows);
    FOR_TILE(panels) store(gradient + (i + r) * ROW + vectorAt(v, gradientPanel), tile.at[r][v]);
  }
}

/* One panel [16] of the bias gradient: column sums of a panel of deltas over `rows` examples. */
INLINE void biasGradientPanel(const char *deltas, ptrdiff_t rows, char *gradient) {
  for (int v = 0; v < PANEL_VECTORS; v++) {
    floats sum = splat(0);
    for (ptrdiff_t row = 0; row < rows; row++) sum += load(deltas + row * ROW + v * VECTOR);
    store(gradient + v * VECTOR, sum);
  }
}

/* Panels of W^T [fanOut, fanIn] from those of W [fanIn, fanOut]; both sides padded to a multiple of 16. */
INLINE void transpose(const char *kernel, ptrdiff_t fanIn, ptrdiff_t fanOut, char *transposed) {
  const ptrdiff_t inputs = paddedColumns(fanIn), outputs = paddedColumns(fanOut);
  for (ptrdiff_t j = 0; j < outputs; j += PANEL_COLUMNS) {
    for (ptrdiff_t i = 0; i < inputs; i += PANEL_COLUMNS) {
      const char *from = kernel + (j * inputs + i * PANEL_COLUMNS) * 4;
      char *to = transposed + (i * outputs + j * PANEL_COLUMNS) * 4;
      for (int row = 0; row < PANEL_COLUMNS; row += 4) {
        for (int column = 0; column < PANEL_COLUMNS; column += 4) {
          transposeQuads(from + row * ROW + column * 4, ROW, to + column * ROW + row * 4, ROW);
        }
      }
    }
  }
}
