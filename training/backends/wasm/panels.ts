/** The kernel's panels of 8 columns (training/kernel/assembly/matrix.ts), seen from outside as ordinary row-major matrices. */
const panelColumns = 8;

export const paddedColumns = (columns: number): number => Math.ceil(columns / panelColumns) * panelColumns;
export const paddedRows = (rows: number): number => Math.ceil(rows / 4) * 4;

/** Copies a row-major [rows, columns] matrix into panels of `panelRows` rows; leaves padding as it is. */
export function toPanels(
  matrix: Float32Array,
  rows: number,
  columns: number,
  panels: Float32Array,
  panelRows: number,
): void {
  for (let first = 0; first < columns; first += panelColumns) {
    const width = Math.min(panelColumns, columns - first);
    for (let row = 0; row < rows; row++) {
      const from = row * columns + first;
      const to = first * panelRows + row * panelColumns;
      for (let i = 0; i < width; i++) panels[to + i] = matrix[from + i]!;
    }
  }
}

/**
 * The reverse. Every NaN becomes the one NaN of JavaScript: which of its bit patterns an instruction gives is left open by
 * WebAssembly and may change as the engine recompiles.
 */
export function fromPanels(
  panels: Float32Array,
  panelRows: number,
  rows: number,
  columns: number,
  matrix: Float32Array,
): void {
  for (let first = 0; first < columns; first += panelColumns) {
    const width = Math.min(panelColumns, columns - first);
    for (let row = 0; row < rows; row++) {
      const from = first * panelRows + row * panelColumns;
      const to = row * columns + first;
      for (let i = 0; i < width; i++) {
        const value = panels[from + i]!;
        matrix[to + i] = Number.isNaN(value) ? NaN : value;
      }
    }
  }
}
