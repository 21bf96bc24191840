import type { KernelProgram } from './kernel.ts';

/** A kernel's panels of columns (training/kernel/assembly/matrix.ts), seen from outside as ordinary row-major matrices. */
export interface Panels {
  readonly paddedColumns: (columns: number) => number;
  readonly paddedRows: (rows: number) => number;
  /** Copies a row-major [rows, columns] matrix into panels of `panelRows` rows; leaves padding as it is. */
  write(matrix: Float32Array, rows: number, columns: number, panels: Float32Array, panelRows: number): void;
  /**
   * The reverse. Every NaN becomes the one NaN of JavaScript: which of its bit patterns an instruction gives is left open by
   * WebAssembly and may change as the engine recompiles.
   */
  read(panels: Float32Array, panelRows: number, rows: number, columns: number, matrix: Float32Array): void;
}

export function panelsOf({ panelColumns, tileRows }: Pick<KernelProgram, 'panelColumns' | 'tileRows'>): Panels {
  return {
    paddedColumns: (columns) => Math.ceil(columns / panelColumns) * panelColumns,
    paddedRows: (rows) => Math.ceil(rows / tileRows) * tileRows,

    // Plain loops in both: whole networks pass through here.
    write(matrix, rows, columns, panels, panelRows) {
      for (let first = 0; first < columns; first += panelColumns) {
        const width = Math.min(panelColumns, columns - first);
        for (let row = 0; row < rows; row++) {
          const from = row * columns + first;
          const to = first * panelRows + row * panelColumns;
          for (let i = 0; i < width; i++) panels[to + i] = matrix[from + i]!;
        }
      }
    },

    read(panels, panelRows, rows, columns, matrix) {
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
    },
  };
}
