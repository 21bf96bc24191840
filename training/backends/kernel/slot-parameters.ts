import type { ParameterLayout } from '../../parameter-layout.ts';
import { slotHeaderBytes } from './memory-layout.ts';
import type { StackMemory } from './stack-memory.ts';

/**
 * Blocks of a slot: 0 holds its parameters, 1 and 2 its moments. Outside they are flat, in the order of SlotState; inside
 * kernels are panels, padded with zeros.
 */
export function writeBlock(
  memory: StackMemory,
  layout: ParameterLayout,
  slot: number,
  block: number,
  values: Float32Array,
): void {
  for (const { panels, panelRows, rows, columns, offset } of matricesOf(memory, layout, slot, block)) {
    memory.panels.write(values.subarray(offset, offset + rows * columns), rows, columns, panels, panelRows);
  }
}

export function readBlock(
  memory: StackMemory,
  layout: ParameterLayout,
  slot: number,
  block: number,
  values: Float32Array,
): void {
  for (const { panels, panelRows, rows, columns, offset } of matricesOf(memory, layout, slot, block)) {
    memory.panels.read(panels, panelRows, rows, columns, values.subarray(offset, offset + rows * columns));
  }
}

interface PlacedMatrix {
  readonly panels: Float32Array;
  readonly panelRows: number;
  readonly rows: number;
  readonly columns: number;
  /** Place in the flat order. */
  readonly offset: number;
}

/** Each kernel and, as matrices of one row, each bias and gain of the slot at address `slot`. */
function matricesOf(memory: StackMemory, layout: ParameterLayout, slot: number, block: number): PlacedMatrix[] {
  const { layers, parameterBytes } = memory.fixed;
  const { paddedColumns } = memory.panels;
  const start = slot + slotHeaderBytes + block * parameterBytes;
  return layers.flatMap((place, index) => {
    const { fanIn, units, kernel, bias, gain } = layout.layers[index]!;
    const [inputs, outputs] = [paddedColumns(fanIn), paddedColumns(units)];
    const row = (address: number, offset: number): PlacedMatrix => {
      return { panels: memory.floats(start + address, outputs), panelRows: 1, rows: 1, columns: units, offset };
    };
    return [
      {
        panels: memory.floats(start + place.kernel, inputs * outputs),
        panelRows: inputs,
        rows: fanIn,
        columns: units,
        offset: kernel,
      },
      row(place.bias, bias),
      ...(gain === null ? [] : [row(place.gain!, gain)]),
    ];
  });
}
