import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointFindings } from '../../../cli/doctor/checkpoint-findings.ts';
import { startTestBuckets, type TestBuckets } from '../../setup/test-bucket.ts';

let folder: string;
let buckets: TestBuckets;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'findings-'));
  buckets = await startTestBuckets();
});
afterAll(async () => {
  await buckets.close();
  await rm(folder, { recursive: true });
});

const findings = (SWEEP_CHECKPOINTS?: string) => checkpointFindings({ SWEEP_CHECKPOINTS });

describe('checkpointFindings', () => {
  test('says nothing where nothing is asked for, and that the database has them', async () => {
    expect(await findings()).toEqual([]);
    expect(await findings('database')).toMatchObject([{ state: 'good', detail: 'in the database' }]);
  });

  test('tries a folder and a bucket, and leaves nothing there', async () => {
    const { location, folder: objects } = await buckets.create('');
    const inBucket = `s3://${location.bucket}?endpoint=${location.endpoint}`;
    expect(await findings(pathToFileURL(folder).href)).toMatchObject([{ state: 'good' }]);
    expect(await findings(inBucket)).toMatchObject([
      { state: 'good', detail: `one was written, read and removed at ${inBucket}` },
    ]);
    expect(await readdir(folder)).toEqual([]);
    // The server's own folder for what is on its way begins with a dot.
    expect((await readdir(objects)).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  test('says why a place cannot be used, and shows no key', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const said = await Promise.all([
      findings(pathToFileURL(file).href),
      findings(`s3://nowhere?endpoint=${buckets.server.endpoint}`),
      findings('s3://bucket?endpoint=http://127.0.0.1:9'),
      findings('s3://key:secret@bucket'),
    ]);
    expect(said.flat().map(({ state }) => state)).toEqual(['bad', 'bad', 'bad', 'bad']);
    expect(said.flat().map(({ detail }) => detail)).toEqual([
      expect.stringContaining('ENOTDIR'),
      expect.stringContaining('NoSuchBucket'),
      expect.stringContaining('ECONNREFUSED'),
      expect.stringContaining('names no place'),
    ]);
    expect(JSON.stringify(said)).not.toContain('secret@');
    await rm(file);
  });
});
