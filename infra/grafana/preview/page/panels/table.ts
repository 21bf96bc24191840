import {
  type DataFrame,
  type DisplayValue,
  type Field,
  FieldType,
  formattedValueToString,
  getFieldDisplayName,
  type GrafanaTheme2,
} from '@grafana/data';
import { element } from '../element.ts';
import { readableOn, valueBar } from './value-bar.ts';
import type { DrawPanel } from './panel-view.ts';

interface CellOptions {
  readonly type?: string;
  readonly mode?: string;
  readonly valueDisplayMode?: string;
  readonly applyToRow?: boolean;
  readonly wrapText?: boolean;
}

interface ColumnOptions {
  readonly align?: string;
  readonly width?: number;
  readonly minWidth?: number;
  readonly hidden?: boolean;
  readonly hideFrom?: { readonly viz?: boolean };
  readonly cellOptions?: CellOptions;
}

interface TableOptions {
  readonly showHeader?: boolean;
  readonly cellHeight?: string;
  readonly frameIndex?: number;
  readonly sortBy?: readonly { readonly displayName: string; readonly desc?: boolean }[];
}

interface TableColumn {
  readonly field: Field;
  readonly name: string;
  readonly options: ColumnOptions;
  readonly width: number;
}

const rowHeights: Readonly<Record<string, number>> = { sm: 36, md: 42, lg: 48 };
/** Grafana's usual least width of a column. */
const usualMinWidth = 150;
const scrollbarWidth = 10;

export const drawTable: DrawPanel = (body, { panel, frames, theme, width }) => {
  const options = (panel.options ?? {}) as TableOptions;
  const frame = frames[options.frameIndex ?? 0] ?? frames[0]!;
  const columns = layOut(frame, frames, width - scrollbarWidth);
  const height = rowHeights[options.cellHeight ?? 'sm'] ?? 36;
  const total = columns.reduce((sum, column) => sum + column.width, 0);
  const table = element('table', { className: 'table', style: { width: `${total}px` } });
  table.append(
    element('colgroup', {}, ...columns.map((column) => element('col', { style: { width: `${column.width}px` } }))),
  );
  if (options.showHeader !== false) {
    const heads = columns.map(({ name, field, options: { align } }) =>
      element('th', { title: field.config.description ?? '', style: { textAlign: alignment(field, align) } }, name),
    );
    table.append(element('thead', {}, element('tr', {}, ...heads)));
  }
  const rows = order(frame, frames, options.sortBy).map((row) =>
    element('tr', { style: { height: `${height}px` } }, ...columns.map((column) => cell(column, row, theme))),
  );
  table.append(element('tbody', {}, ...rows));
  body.classList.add('scrolls');
  body.append(table);
};

/** Columns share what is left of the width; below its least width none goes, and the table scrolls. */
function layOut(frame: DataFrame, frames: DataFrame[], available: number): TableColumn[] {
  const shown = frame.fields
    .map((field) => ({
      field,
      options: (field.config.custom ?? {}) as ColumnOptions,
      name: getFieldDisplayName(field, frame, frames),
    }))
    .filter(({ options }) => !options.hidden && !options.hideFrom?.viz);
  let left = available - shown.reduce((sum, { options }) => sum + (options.width ?? 0), 0);
  let sharing = shown.filter(({ options }) => !options.width);
  const widths = new Map<Field, number>();
  for (const column of [...sharing].sort(
    (a, b) => (b.options.minWidth ?? usualMinWidth) - (a.options.minWidth ?? usualMinWidth),
  )) {
    const share = left / sharing.length;
    const least = column.options.minWidth ?? usualMinWidth;
    if (least <= share) break;
    widths.set(column.field, least);
    left -= least;
    sharing = sharing.filter((one) => one !== column);
  }
  return shown.map((column) => ({
    ...column,
    width: Math.floor(column.options.width || (widths.get(column.field) ?? left / sharing.length)),
  }));
}

function order(frame: DataFrame, frames: DataFrame[], sortBy: TableOptions['sortBy'] = []): number[] {
  const rows = Array.from({ length: frame.length }, (_, row) => row);
  const [by] = sortBy;
  const field = by && frame.fields.find((one) => getFieldDisplayName(one, frame, frames) === by.displayName);
  if (!field) return rows;
  const sign = by.desc ? -1 : 1;
  return rows.sort((a, b) => {
    const [left, right] = [field.values[a], field.values[b]] as (number | string | null)[];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return left === right ? 0 : left! < right! ? -sign : sign;
  });
}

function cell({ field, options }: TableColumn, row: number, theme: GrafanaTheme2): HTMLTableCellElement {
  const value: unknown = field.values[row];
  const display = field.display!(value);
  const { type = 'auto', mode, valueDisplayMode, wrapText } = options.cellOptions ?? {};
  const made = element('td', { style: { textAlign: alignment(field, options.align) } });
  if (wrapText) made.classList.add('wraps');
  if (type === 'gauge') {
    made.classList.add('bar-cell');
    made.append(valueBar({ field, display, theme, mode, valueDisplayMode }));
    return made;
  }
  const text = formattedValueToString(display);
  made.title = text;
  made.append(linked(field, row, text));
  if (type === 'color-text' && display.color) made.style.color = display.color;
  if (type === 'color-background') colourBehind(made, display, theme, mode);
  return made;
}

function colourBehind(made: HTMLElement, { color }: DisplayValue, theme: GrafanaTheme2, mode?: string): void {
  if (!color || color === 'transparent' || /^#\w{6}00$/.test(color)) return;
  made.style.background =
    mode === 'gradient' ? `linear-gradient(120deg, ${color}, color-mix(in srgb, ${color} 80%, black))` : color;
  made.style.color = readableOn(color, theme);
}

function linked(field: Field, row: number, text: string): Node {
  const [link] = field.getLinks?.({ valueRowIndex: row }) ?? [];
  if (!link) return document.createTextNode(text);
  return element('a', { href: link.href, title: link.title, target: link.target ?? '' }, text);
}

function alignment(field: Field, align = 'auto'): string {
  if (align !== 'auto') return align;
  return field.type === FieldType.number ? 'right' : 'left';
}
