import type { DataTransformerConfig, FieldConfigSource } from '@grafana/data';

/** The parts of a dashboard's JSON that the page reads. */
export interface DashboardModel {
  readonly uid: string;
  readonly title: string;
  readonly description?: string;
  readonly timezone?: string;
  readonly refresh?: string;
  readonly time?: { readonly from: string; readonly to: string };
  readonly templating: { readonly list?: readonly VariableJson[] };
  readonly annotations: { readonly list?: readonly AnnotationJson[] };
  readonly links?: readonly LinkJson[];
  readonly panels?: readonly PanelJson[];
}

export interface LinkJson {
  readonly title: string;
  readonly type?: string;
  readonly url?: string;
  readonly tags?: readonly string[];
  readonly includeVars?: boolean;
  readonly keepTime?: boolean;
  readonly targetBlank?: boolean;
}

export interface AnnotationJson {
  readonly name: string;
  readonly enable?: boolean;
  readonly iconColor?: string;
  readonly target?: { readonly rawSql?: string };
}

export interface VariableJson {
  readonly name: string;
  readonly label?: string;
  readonly type: string;
  readonly hide?: number | string;
  readonly query?: string;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly current?: { readonly value?: string | readonly string[] };
  readonly options?: readonly { readonly text: string; readonly value: string }[];
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly transparent?: boolean;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly repeat?: string;
  readonly repeatDirection?: string;
  readonly maxPerRow?: number;
  readonly interval?: string;
  readonly maxDataPoints?: number;
  /** Without SQL: of another data source. */
  readonly targets?: readonly { readonly refId: string; readonly rawSql?: string }[];
  readonly transformations?: readonly DataTransformerConfig[];
  readonly fieldConfig?: FieldConfigSource;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly links?: readonly LinkJson[];
  /** Of a row. */
  readonly collapsed?: boolean;
  readonly panels?: readonly PanelJson[];
}
