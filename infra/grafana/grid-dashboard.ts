import { DashboardCursorSync, type Dashboard, type Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { AnnotationQuery, RowPanel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import dashGen from 'grafana-dash-gen';
import { eventAnnotations } from './annotations.ts';
import { ModernPanel } from './modern-panel.ts';
import { linksFrom, type Page, uidOf } from './navigation.ts';

export interface DashboardOptions {
  readonly page: Page;
  readonly title: string;
  readonly description: string;
  /** How often an open dashboard reads anew, such as `30s`; empty for one that a link tells, because only it knows whether anything changes. */
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly variables: readonly Builder<VariableModel>[];
  /** Whether what is drawn over time carries marks of pauses, restarts and faults. */
  readonly marksEvents: boolean;
}

const gridColumns = 24;
type TemplateOptions = ConstructorParameters<typeof dashGen.Templates.Custom>[0] & object;

/** The one that the SDK's panels are written for. */
const schemaVersion = 42;

/**
 * A dashboard of grafana-dash-gen that Grafana draws today: the library writes `rows`, which Grafana shows as an empty page
 * since schema 16, so here they are laid out as panels on the grid of 24 columns, with their ids counted from 1.
 */
export class GridDashboard extends dashGen.Dashboard {
  readonly #options: DashboardOptions;

  constructor(options: DashboardOptions) {
    super({ title: options.title, tags: ['initsweep'], refresh: options.refresh, time: options.time, editable: false });
    this.#options = options;
    // Its Custom template is the one that keeps all fields, whatever the variable's type.
    for (const variable of options.variables) {
      this.addTemplate(new dashGen.Templates.Custom(variable.build() as TemplateOptions));
    }
    if (!options.marksEvents) return;
    for (const annotation of eventAnnotations()) this.addAnnotation(annotation);
  }

  /** Adds a row with a heading; `panels` flow from left to right by their width. */
  addSection(title: string, panels: readonly Builder<Panel>[]): this {
    this.addRow(new dashGen.Row({ title, panels: panels.map((panel) => new ModernPanel(panel)) }));
    return this;
  }

  /** The dashboard as Grafana reads it from a file; the same input gives the same JSON. */
  toModel(): Dashboard {
    const { id, title, tags, timezone, editable, time, templating, annotations, rows } = super.generate();
    return {
      id: id ?? null,
      uid: uidOf(this.#options.page),
      title,
      description: this.#options.description,
      tags,
      timezone,
      editable,
      graphTooltip: DashboardCursorSync.Crosshair,
      // The library makes false of none, which is no interval.
      refresh: this.#options.refresh,
      ...(time ? { time } : {}),
      schemaVersion,
      version: 1,
      templating: { list: templating.list as VariableModel[] },
      annotations: { list: annotations.list as unknown as AnnotationQuery[] },
      links: linksFrom(this.#options.page).map((link) => link.build()),
      panels: layOut(
        (rows ?? []).map((row) => ({ title: row.title ?? '', panels: row.panels as unknown as readonly Panel[] })),
      ),
    };
  }
}

function layOut(sections: readonly { title: string; panels: readonly Panel[] }[]): (Panel | RowPanel)[] {
  const placed: (Panel | RowPanel)[] = [];
  let y = 0;
  for (const { title, panels } of sections) {
    const heading = { type: 'row' as const, title, collapsed: false, panels: [], id: placed.length + 1 };
    placed.push({ ...heading, gridPos: { x: 0, y, w: gridColumns, h: 1 } });
    y += 1;
    let x = 0;
    let lineHeight = 0;
    for (const panel of panels) {
      const { w = gridColumns, h = 8 } = panel.gridPos ?? {};
      if (x + w > gridColumns) {
        x = 0;
        y += lineHeight;
        lineHeight = 0;
      }
      placed.push({ ...panel, id: placed.length + 1, gridPos: { x, y, w, h } });
      x += w;
      lineHeight = Math.max(lineHeight, h);
    }
    y += lineHeight;
  }
  return placed;
}
