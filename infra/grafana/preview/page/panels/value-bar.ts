import {
  colorManipulator,
  type DisplayValue,
  type Field,
  formattedValueToString,
  type GrafanaTheme2,
} from '@grafana/data';
import { element } from '../element.ts';

export interface ValueBar {
  readonly field: Field;
  readonly display: DisplayValue;
  readonly theme: GrafanaTheme2;
  readonly mode?: string | undefined;
  readonly valueDisplayMode?: string | undefined;
}

/** A bar between the field's least and greatest value, with the value beside it. */
export function valueBar({ field, display, theme, mode, valueDisplayMode }: ValueBar): HTMLElement {
  const { min = 0, max = 100 } = { ...field.state?.range, ...field.config } as { min?: number; max?: number };
  const share = Math.min(1, Math.max(0, (display.numeric - min) / (max - min)));
  const color = display.color ?? theme.colors.text.primary;
  const filled = Number.isFinite(share) ? share : 0;
  const fill = element('div', {
    className: 'bar-fill',
    style: {
      width: `${filled * 100}%`,
      background:
        mode === 'gradient'
          ? `linear-gradient(90deg, ${colorManipulator.alpha(color, 0.35)}, ${color})`
          : colorManipulator.alpha(color, 0.55),
      borderRight: filled > 0 ? `2px solid ${color}` : '',
    },
  });
  const track = element('div', { className: 'bar-track' }, fill);
  const text =
    valueDisplayMode === 'hidden'
      ? null
      : element(
          'span',
          { className: 'bar-text', style: valueDisplayMode === 'text' ? {} : { color } },
          formattedValueToString(display),
        );
  return element('div', { className: 'bar' }, track, text);
}

/** Black or white, whichever reads better. */
export function readableOn(color: string, theme: GrafanaTheme2): string {
  return theme.colors.getContrastText(colorManipulator.asHexString(color));
}
