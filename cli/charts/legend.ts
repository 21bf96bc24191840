import type { LineDash } from '../../core/presentation/initializer-colours.ts';

export interface LegendEntry {
  readonly label: string;
  /** A CSS colour. */
  readonly colour: string;
  readonly dash: LineDash;
}

/** Width of a key and of its gaps, pixels, and that of a letter at 11 pixels, on the generous side. */
const keyWidth = 45;
const letterWidth = 6.2;

/** Where each key stands: as many in a row as fit. */
export function legendRows(
  entries: readonly LegendEntry[],
  width: number,
): (readonly { readonly entry: LegendEntry; readonly x: number }[])[] {
  const rows: { entry: LegendEntry; x: number }[][] = [];
  let x = Infinity;
  for (const entry of entries) {
    const length = keyWidth + letterWidth * entry.label.length;
    if (x + length > width) {
      rows.push([]);
      x = 2;
    }
    rows.at(-1)!.push({ entry, x });
    x += length;
  }
  return rows;
}
