import { fileURLToPath } from 'node:url';

/** Where the bytes of checkpoints are: with the results, in a folder that all training workers see, or in a bucket. */
export type CheckpointLocation =
  | { readonly kind: 'database' }
  | { readonly kind: 'directory'; readonly folder: string }
  | ({ readonly kind: 'bucket' } & BucketLocation);

/** A bucket of Amazon S3 or of a server that speaks its protocol. Keys come from the environment, never from here. */
export interface BucketLocation {
  readonly bucket: string;
  /** What the names of all objects begin with, without a slash at its end; may be empty. */
  readonly prefix: string;
  /** Origin of another server than Amazon's; null: Amazon's. */
  readonly endpoint: string | null;
  /** Null: the environment says. */
  readonly region: string | null;
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Of the characters that every server and tool takes as they are. */
const objectPrefix = /^([\w.-]+(\/[\w.-]+)*)?$/;

/** `database`, `file:///folder` or `s3://bucket/prefix?endpoint=https://host:port&region=name`; null for anything else. */
export function parseCheckpointLocation(text: string): CheckpointLocation | null {
  if (text === 'database') return { kind: 'database' };
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return null;
  if (url.protocol === 's3:') return parseBucket(url);
  if (url.protocol !== 'file:' || url.host !== '' || url.search !== '') return null;
  return { kind: 'directory', folder: fileURLToPath(url) };
}

function parseBucket({ host, pathname, searchParams }: URL): CheckpointLocation | null {
  const { endpoint = null, region = null, ...others } = Object.fromEntries(searchParams);
  if (!bucketName.test(host) || Object.keys(others).length > 0) return null;
  if (endpoint !== null && !isOrigin(endpoint)) return null;
  const prefix = pathname.replace(/^\/|\/$/g, '');
  if (!objectPrefix.test(prefix)) return null;
  return { kind: 'bucket', bucket: host, prefix, endpoint, region };
}

function isOrigin(text: string): boolean {
  if (!/^https?:/.test(text) || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.href === `${url.origin}/`;
}
