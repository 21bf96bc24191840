import { type GrafanaTheme2, rangeUtil, type TimeRange } from '@grafana/data';
import type { VariableValues } from '../../interpolate.ts';
import { ask } from './ask.ts';
import { element } from './element.ts';
import { configure, frameOf, isEmpty, transform } from './frames.ts';
import type { PanelJson } from './model.ts';
import { drawings } from './panels/draw-panel.ts';
import type { Annotation } from './panels/panel-view.ts';
import { interpolatorOf } from './scope.ts';
import { valuesOf, type Variable } from './variables.ts';

export interface PanelContext {
  readonly dashboard: string;
  readonly variables: readonly Variable[];
  readonly range: TimeRange;
  readonly theme: GrafanaTheme2;
  readonly annotations: readonly Annotation[];
}

export interface PanelBox {
  readonly box: HTMLElement;
  /** Asks and draws; call it once the box has its size. Never rejects: what went wrong stands in the panel. */
  fill(): Promise<void>;
}

/** A panel's frame with title and description, and its contents. */
export function panelBox(panel: PanelJson, context: PanelContext): PanelBox {
  const interpolate = interpolatorOf(context.variables, context.range);
  const body = element('div', { className: 'panel-body' });
  const title = panel.title ? interpolate(panel.title) : '';
  const description = panel.description
    ? element('span', { className: 'info', title: interpolate(panel.description) }, 'i')
    : null;
  const links = (panel.links ?? []).map((link) =>
    element('a', { href: interpolate(link.url ?? '', undefined, 'uriencode') }, link.title),
  );
  const head =
    title || description ? element('header', {}, element('h2', { title }, title), description, ...links) : null;
  const box = element('section', { className: panel.transparent ? 'panel transparent' : 'panel' }, head, body);
  return {
    box,
    async fill() {
      try {
        await fill(body, panel, context);
      } catch (error) {
        body.replaceChildren(element('div', { className: 'message error' }, (error as Error).message));
      }
    },
  };
}

async function fill(body: HTMLElement, panel: PanelJson, context: PanelContext): Promise<void> {
  const draw = drawings[panel.type];
  if (!draw) throw new Error(`The preview draws no panel of type ${panel.type}.`);
  const interpolate = interpolatorOf(context.variables, context.range);
  const [width, height] = [body.clientWidth, body.clientHeight];
  const { interval } = rangeIntervals(panel, context.range, width);
  const values: VariableValues = valuesOf(context.variables);
  const targets = (panel.targets ?? []).filter(({ rawSql }) => rawSql !== undefined);
  const asked = targets.map(async ({ refId }) => {
    const query = { kind: 'panel', panelId: panel.id, refId } as const;
    return frameOf(
      refId,
      await ask({ dashboard: context.dashboard, query, values, range: context.range, intervalMs: interval }),
    );
  });
  const raw = await Promise.all(asked);
  const fieldConfig = panel.fieldConfig ?? { defaults: {}, overrides: [] };
  if (panel.type !== 'text' && isEmpty(raw)) {
    body.replaceChildren(
      element('div', { className: 'message' }, interpolate(fieldConfig.defaults.noValue ?? 'No data')),
    );
    return;
  }
  const transformed = await transform(raw, panel.transformations ?? [], interpolate);
  const frames = configure(transformed, panel, { theme: context.theme, interpolate });
  body.replaceChildren();
  draw(body, { ...context, panel: { ...panel, fieldConfig }, frames, interpolate, width, height });
}

function rangeIntervals(panel: PanelJson, range: TimeRange, width: number): { interval: number } {
  const points = panel.maxDataPoints ?? Math.max(100, Math.round(width));
  return { interval: rangeUtil.calculateInterval(range, points, panel.interval).intervalMs };
}
