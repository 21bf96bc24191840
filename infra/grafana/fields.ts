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
