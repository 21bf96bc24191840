import type { DataFrame, FieldConfigSource, GrafanaTheme2, InterpolateFunction, TimeRange } from '@grafana/data';
import type { PanelJson } from '../model.ts';

/** What a panel draws from; `frames` are transformed and configured. */
export interface PanelView {
  readonly panel: PanelJson & { readonly fieldConfig: FieldConfigSource };
  readonly frames: DataFrame[];
  readonly theme: GrafanaTheme2;
  readonly range: TimeRange;
  readonly interpolate: InterpolateFunction;
  readonly annotations: readonly Annotation[];
  /** Of the panel's body, in pixels. */
  readonly width: number;
  readonly height: number;
}

export interface Annotation {
  readonly timeMs: number;
  readonly text: string;
  readonly color: string;
}

/** Draws into the panel's body, which is empty. */
export type DrawPanel = (body: HTMLElement, view: PanelView) => void;
