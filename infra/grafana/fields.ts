import {
  BarGaugeDisplayMode,
  BarGaugeValueMode,
  TableCellBackgroundDisplayMode,
} from '@grafana/grafana-foundation-sdk/common';
import { TableCellDisplayMode } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';

/** A share from 0 to 1 as a bar; without min and max a bar would be scaled to the column and say nothing. */
export const shareBar: DynamicConfigValue[] = [
  { id: 'unit', value: 'percentunit' },
  { id: 'min', value: 0 },
  { id: 'max', value: 1 },
  { id: 'decimals', value: 0 },
  { id: 'color', value: { mode: 'fixed', fixedColor: 'blue' } },
  {
    id: 'custom.cellOptions',
    value: {
      type: TableCellDisplayMode.Gauge,
      mode: BarGaugeDisplayMode.Basic,
      valueDisplayMode: BarGaugeValueMode.Text,
    },
  },
];

export const share: DynamicConfigValue[] = [
  { id: 'unit', value: 'percentunit' },
  { id: 'decimals', value: 1 },
];

export const loss: DynamicConfigValue[] = [
  { id: 'unit', value: 'none' },
  { id: 'decimals', value: 4 },
];

/** Kept in the row for links, not shown. */
export const hidden: DynamicConfigValue[] = [{ id: 'custom.hidden', value: true }];

/** The colour of the value, or of its mapping, behind the whole cell. */
export const colouredCell = {
  type: TableCellDisplayMode.ColorBackground,
  mode: TableCellBackgroundDisplayMode.Basic,
} as const;

export const colouredText: DynamicConfigValue[] = [
  { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
];

/** A text for the whole panel is no text for a single empty cell; and columns are as narrow as their words, so that all are seen. */
export const plainCells: DynamicConfigValue[] = [
  { id: 'noValue', value: '–' },
  { id: 'custom.minWidth', value: 80 },
];

export const instant: DynamicConfigValue[] = [
  { id: 'unit', value: 'dateTimeAsIso' },
  { id: 'custom.width', value: 160 },
];

export const count: DynamicConfigValue[] = [
  { id: 'unit', value: 'short' },
  { id: 'decimals', value: 0 },
];

/** Text that is read, not scanned: it wraps and gets the room that is left. */
export const sentence: DynamicConfigValue[] = [
  { id: 'custom.minWidth', value: 200 },
  { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.Auto, wrapText: true } },
];

export const width = (pixels: number): DynamicConfigValue[] => [{ id: 'custom.width', value: pixels }];
