import { z } from 'zod';

/** The browser names a query that a dashboard on disk has, never SQL. */
export const questionSchema = z.strictObject({
  dashboard: z.string(),
  query: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('panel'), panelId: z.number(), refId: z.string() }),
    z.strictObject({ kind: z.literal('variable'), name: z.string() }),
    z.strictObject({ kind: z.literal('annotation'), name: z.string() }),
  ]),
  values: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  fromMs: z.number(),
  toMs: z.number(),
  intervalMs: z.number().int().positive(),
});

export type PreviewQuestion = z.infer<typeof questionSchema>;

/** What the server says to a question. */
export type PreviewAnswer = { readonly columns: readonly Column[] } | { readonly error: string };

export type ColumnType = 'time' | 'number' | 'boolean' | 'string';

/** One column of a result, as a field of Grafana's data frames: times in ms since 1970. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: readonly (string | number | boolean | null)[];
}
