/*
 * Convolutions (stride 1, zeros around the image) as matrix products: what a kernel sees at each pixel is a row of the patches [examples *
 * pixels, area * channels], tap by tap. PATCH_ROWS of them at a time are gathered from a matrix [examples * pixels, channels] in panels, so
 * that they stay in cache.
 */
#pragma once
#include <string.h>
#include "matrix.h"

#define PATCH_ROWS 64
/* Bytes from one panel of patches to the next. */
#define PATCH_PANEL (PATCH_ROWS * ROW)

typedef struct {
  int32_t height;
  int32_t width;
  /* Side of the square kernel; odd. */
  int32_t side;
} Window;

/* Copies rows in pieces of `piece` numbers, which divide `channels` and the columns of a panel. */
INLINE void gatherPieces(Window window, ptrdiff_t channels, const char *values, ptrdiff_t panel, ptrdiff_t first, ptrdiff_t rows, char *patches, ptrdiff_t piece) {
  const ptrdiff_t reach = window.side / 2;
  ptrdiff_t y = first / window.width % window.height, x = first % window.width;
  for (ptrdiff_t row = first; row < rows && row < first + PATCH_ROWS; row++, patches += ROW) {
    ptrdiff_t column = 0;
    for (ptrdiff_t dy = -reach; dy <= reach; dy++) {
      for (ptrdiff_t dx = -reach; dx <= reach; dx++) {
        const int isInside = y + dy >= 0 && y + dy < window.height && x + dx >= 0 && x + dx < window.width;
        const char *from = values + (row + dy * window.width + dx) * ROW;
        for (ptrdiff_t c = 0; c < channels; c += piece, column += piece) {
          char *to = patches + column / PANEL_COLUMNS * PATCH_PANEL + column % PANEL_COLUMNS * 4;
          if (isInside) memcpy(to, from + c / PANEL_COLUMNS * panel + c % PANEL_COLUMNS * 4, piece * 4);
          else memset(to, 0, piece * 4);
        }
      }
    }
    if (++x < window.width) continue;
    x = 0;
    if (++y == window.height) y = 0;
  }
}

/* Patches of the rows [first, first + PATCH_ROWS) among `rows` of `values`, whose panels lie `panel` bytes apart. */
static void gatherPatches(Window window, ptrdiff_t channels, const char *values, ptrdiff_t panel, ptrdiff_t first, ptrdiff_t rows, char *patches) {
  if (channels % PANEL_COLUMNS == 0) gatherPieces(window, channels, values, panel, first, rows, patches, PANEL_COLUMNS);
  else if (channels % 4 == 0) gatherPieces(window, channels, values, panel, first, rows, patches, 4);
  else gatherPieces(window, channels, values, panel, first, rows, patches, 1);
}

INLINE char *entryAt(char *panels, ptrdiff_t rows, ptrdiff_t row, ptrdiff_t column) {
  return panels + (column / PANEL_COLUMNS * rows + row) * ROW + column % PANEL_COLUMNS * 4;
}

/*
 * The kernel [area * channels, units] as the way back needs it, [area * units, channels]: taps in reverse order, each transposed. Convolving
 * deltas with it gives the gradient with respect to the inputs.
 */
static void reverseKernel(char *kernel, ptrdiff_t area, ptrdiff_t channels, ptrdiff_t units, char *reversed) {
  const ptrdiff_t rows = paddedColumns(area * channels), reversedRows = paddedColumns(area * units);
  for (ptrdiff_t tap = 0; tap < area; tap++) {
    for (ptrdiff_t j = 0; j < units; j++) {
      for (ptrdiff_t c = 0; c < channels; c++) {
        *(float *)entryAt(reversed, reversedRows, (area - 1 - tap) * units + j, c) =
          *(float *)entryAt(kernel, rows, tap * channels + c, j);
      }
    }
  }
}
