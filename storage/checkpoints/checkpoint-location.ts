import { fileURLToPath } from 'node:url';

/** Where the bytes of checkpoints are: with the results, or in a folder that all training workers see. */
export type CheckpointLocation =
  { readonly kind: 'database' } | { readonly kind: 'directory'; readonly folder: string };

/** `database` or `file:///folder`; null for anything else. */
export function parseCheckpointLocation(text: string): CheckpointLocation | null {
  if (text === 'database') return { kind: 'database' };
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'file:' || url.host !== '' || url.search !== '' || url.hash !== '') return null;
  return { kind: 'directory', folder: fileURLToPath(url) };
}
