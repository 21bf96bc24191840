import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findS3Server } from '../../infra/local/find-s3-server.ts';
import { findFreePort } from '../../infra/local/ports.ts';
import { type S3Server, startS3Server } from '../../infra/local/s3-server.ts';
import type { BucketLocation } from '../../storage/checkpoints/checkpoint-location.ts';

export interface TestBuckets {
  readonly server: S3Server;
  /** A new, empty bucket; objects of `prefix` lie in `folder`. */
  create(prefix: string): Promise<{ location: BucketLocation & { kind: 'bucket' }; folder: string }>;
  close(): Promise<void>;
}

/** A real S3 server of a test file's own. Sets the keys in this process's environment, where the client looks for them. */
export async function startTestBuckets(tls?: { certificate: string; key: string }): Promise<TestBuckets> {
  const { path: binary } = await findS3Server({ onProgress: (message) => console.log(message) });
  const folder = await mkdtemp(join(tmpdir(), 'initsweep-s3-'));
  const port = await findFreePort(18_000 + Math.floor(Math.random() * 2_000));
  const server = await startS3Server({ binary, folder, port, ...(tls && { tls }) });
  Object.assign(process.env, server.keys);
  return {
    server,
    async create(prefix) {
      const bucket = `test-${randomUUID()}`;
      // To this server a folder is a bucket of its owner.
      await mkdir(server.folderOf(bucket));
      return {
        location: { kind: 'bucket', bucket, prefix, endpoint: server.endpoint, region: null },
        folder: join(server.folderOf(bucket), prefix),
      };
    },
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
