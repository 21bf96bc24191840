import {
  type FieldDisplay,
  formattedValueToString,
  getFieldDisplayValues,
  type ReduceDataOptions,
} from '@grafana/data';
import { element } from '../element.ts';
import { readableOn } from './value-bar.ts';
import type { DrawPanel } from './panel-view.ts';

interface StatOptions {
  readonly reduceOptions?: ReduceDataOptions;
  readonly orientation?: string;
  readonly colorMode?: string;
  readonly textMode?: string;
  readonly justifyMode?: string;
  readonly text?: { readonly titleSize?: number; readonly valueSize?: number };
}

const gap = 8;
const inset = 8;
const lineHeight = 1.2;

export const drawStat: DrawPanel = (body, { panel, frames, theme, interpolate, width, height }) => {
  const options = (panel.options ?? {}) as StatOptions;
  const values = getFieldDisplayValues({
    fieldConfig: panel.fieldConfig,
    reduceOptions: options.reduceOptions ?? { calcs: ['lastNotNull'], values: false },
    replaceVariables: interpolate,
    theme,
    data: frames,
    timeZone: 'browser',
  });
  const { orientation = 'auto' } = options;
  const across = orientation === 'auto' ? width > height : orientation === 'vertical';
  const count = values.length;
  const box = {
    width: across ? (width - gap * (count - 1)) / count : width,
    height: across ? height : (height - gap * (count - 1)) / count,
  };
  const sizes = textSizes(values, box, options);
  body.append(
    element(
      'div',
      { className: 'stats', style: { flexDirection: across ? 'row' : 'column', gap: `${gap}px` } },
      ...values.map((value) => tile(value)),
    ),
  );

  function tile({ display, getLinks, hasLinks }: FieldDisplay): HTMLElement {
    const { colorMode = 'value', justifyMode = 'auto' } = options;
    const color = display.color ?? theme.colors.text.primary;
    const behind = colorMode.startsWith('background');
    const ink = behind ? readableOn(color, theme) : theme.colors.text.primary;
    const valueColor = colorMode === 'value' ? color : ink;
    const title = sizes.withTitle ? String(display.title ?? '') : '';
    const parts = [
      title
        ? element('div', { className: 'stat-title', style: { fontSize: `${sizes.title}px`, color: ink } }, title)
        : null,
      element(
        'div',
        { className: 'stat-value', style: { fontSize: `${sizes.value}px`, color: valueColor } },
        formattedValueToString(display),
      ),
    ];
    const [link] = hasLinks && getLinks ? getLinks() : [];
    const content = {
      className: 'stat',
      style: {
        background: behind ? color : '',
        flexDirection: sizes.wide ? ('row' as const) : ('column' as const),
        justifyContent: sizes.wide ? 'space-between' : 'center',
        alignItems: sizes.wide || (count === 1 && !title) || justifyMode === 'center' ? 'center' : 'flex-start',
        ...(count === 1 && !title && justifyMode !== 'left' ? { justifyContent: 'center' } : {}),
      },
    };
    return link ? element('a', { ...content, href: link.href }, ...parts) : element('div', content, ...parts);
  }
};

/** The largest sizes at which all values fit their boxes: the same for all, so that none looks more important. */
function textSizes(values: readonly FieldDisplay[], box: { width: number; height: number }, options: StatOptions) {
  const withTitle =
    options.textMode === 'value_and_name' ||
    options.textMode === 'name' ||
    (options.textMode !== 'value' && values.length > 1);
  const wide = withTitle && box.width / box.height > 2.5;
  const inner = { width: box.width - 2 * inset, height: box.height - 2 * inset };
  const texts = values.map(({ display }) => formattedValueToString(display));
  const titles = values.map(({ display }) => String(display.title ?? ''));
  const fit = (list: readonly string[], width: number, height: number, largest: number) =>
    Math.max(10, Math.min(largest, height / lineHeight, ...list.map((text) => (width / measure(text)) * 100)));
  const title =
    options.text?.titleSize ??
    fit(titles, wide ? inner.width * 0.55 : inner.width, wide ? inner.height : inner.height * 0.3, 30);
  const room = withTitle && !wide ? inner.height - title * lineHeight : inner.height;
  const value =
    options.text?.valueSize ?? fit(texts, wide ? inner.width * 0.4 : inner.width, room, withTitle ? 60 : 80);
  return { withTitle, wide, title: Math.min(title, value), value };
}

const canvas = document.createElement('canvas').getContext('2d')!;

/** Width in pixels at a size of 100 pixels. */
function measure(text: string): number {
  canvas.font = '500 100px Inter, Helvetica, Arial, sans-serif';
  return canvas.measureText(text || ' ').width;
}
