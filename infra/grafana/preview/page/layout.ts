import type { PanelJson } from './model.ts';
import type { Variable } from './variables.ts';

const gridColumns = 24;
const usualMaxPerRow = 4;

/** A panel in its place; a repeated one knows the value that it stands for. */
export interface Placed {
  readonly panel: PanelJson;
  readonly scope: ReadonlyMap<string, string>;
}

/** Panels from top to bottom: those of closed rows left out, repeated ones once for each chosen value, what is below moved down. */
export function layOut(
  panels: readonly PanelJson[],
  variables: readonly Variable[],
  closed: ReadonlySet<number>,
): Placed[] {
  const placed: Placed[] = [];
  const sorted = [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  let moved = 0;
  let inClosed = false;
  let closedFrom = 0;
  for (const panel of sorted) {
    if (panel.type === 'row') {
      if (inClosed) moved -= panel.gridPos.y - closedFrom;
      inClosed = closed.has(panel.id) && panel.collapsed !== true;
      closedFrom = panel.gridPos.y + 1;
    } else if (inClosed) {
      continue;
    }
    const repeated = panel.repeat ? variables.find(({ model }) => model.name === panel.repeat) : undefined;
    if (!repeated) {
      placed.push({ panel: move(panel, { y: panel.gridPos.y + moved }), scope: new Map() });
      // A row that was saved closed carries its panels inside.
      if (panel.type === 'row' && panel.collapsed && !closed.has(panel.id)) {
        const inner = panel.panels ?? [];
        const top = Math.min(...inner.map(({ gridPos }) => gridPos.y));
        const shift = panel.gridPos.y + 1 + moved - top;
        placed.push(...inner.map((one) => ({ panel: move(one, { y: one.gridPos.y + shift }), scope: new Map() })));
        moved += Math.max(0, ...inner.map(({ gridPos }) => gridPos.y + gridPos.h - top));
      }
      continue;
    }
    const copies = repeat(move(panel, { y: panel.gridPos.y + moved }), repeated);
    placed.push(...copies);
    const bottom = Math.max(...copies.map((copy) => copy.panel.gridPos.y + copy.panel.gridPos.h));
    moved += bottom - (panel.gridPos.y + moved + panel.gridPos.h);
  }
  return placed;
}

function repeat(panel: PanelJson, { model, chosen }: Variable): Placed[] {
  const { x, y, h } = panel.gridPos;
  const values = chosen.length > 0 ? chosen : [''];
  if (panel.repeatDirection === 'v') {
    return values.map((value, index) => ({
      panel: move(panel, { y: y + index * h }),
      scope: new Map([[model.name, value]]),
    }));
  }
  const perRow = Math.min(values.length, panel.maxPerRow ?? usualMaxPerRow);
  const w = gridColumns / perRow;
  return values.map((value, index) => ({
    panel: move(panel, { x: values.length === 1 ? x : (index % perRow) * w, y: y + Math.floor(index / perRow) * h, w }),
    scope: new Map([[model.name, value]]),
  }));
}

function move(panel: PanelJson, to: Partial<PanelJson['gridPos']>): PanelJson {
  return { ...panel, gridPos: { ...panel.gridPos, ...to } };
}
