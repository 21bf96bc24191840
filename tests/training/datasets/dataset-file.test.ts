import { mkdir, mkdtemp, realpath, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { findDatasetFile, readDatasetFile } from '../../../training/datasets/dataset-file.ts';
import { loadDataset } from '../../../training/datasets/load-dataset.ts';

let root: string;
let datasetFolder: string;
let socket: Server;
const csv = ['x,kind', ...Array.from({ length: 30 }, (_, i) => `${i},${i % 2}`)].join('\n');

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'initsweep-datasets-')));
  datasetFolder = join(root, 'sets');
  await mkdir(join(datasetFolder, 'inner'), { recursive: true });
  // Its name begins as the folder's does: a bare prefix test would let it in.
  await mkdir(join(root, 'sets-private'));
  await writeFile(join(root, 'sets-private', 'secret.csv'), csv);
  await writeFile(join(datasetFolder, 'inner', 'plain.csv'), csv);
  await writeFile(join(datasetFolder, 'packed.csv.gz'), gzipSync(csv));
  await symlink(join(root, 'sets-private', 'secret.csv'), join(datasetFolder, 'leak.csv'));
  await symlink(join(root, 'sets-private'), join(datasetFolder, 'leak'));
  await symlink(join(datasetFolder, 'inner', 'plain.csv'), join(datasetFolder, 'alias.csv'));
  socket = createServer();
  await new Promise<void>((resolve) => socket.listen(join(datasetFolder, 'socket.csv'), resolve));
});

afterAll(async () => {
  await new Promise((resolve) => socket.close(resolve));
  await rm(root, { recursive: true, force: true });
});

test.each(['inner/plain.csv', 'inner/../inner/plain.csv', 'alias.csv', 'packed.csv.gz'])('reads %s', async (path) => {
  expect((await readDatasetFile(await findDatasetFile(path, datasetFolder))).toString()).toBe(csv);
});

test.each([
  ['a missing file', 'none.csv', 'There is no none.csv in the dataset folder'],
  ['a way out by ..', '../sets-private/secret.csv', 'must not lead out of it'],
  ['a link to a file outside', 'leak.csv', 'must not lead out of it'],
  ['a link to a folder outside', 'leak/secret.csv', 'must not lead out of it'],
  ['an absolute path', '/etc/hostname', 'must be a path relative to the dataset folder'],
  ['a NUL byte', 'a\0b', 'must be a path relative to the dataset folder'],
  ['the folder itself', '.', 'There is no . in the dataset folder'],
  ['a folder', 'inner', 'is not a regular file'],
  ['a socket', 'socket.csv', 'is not a regular file'],
])('refuses %s', async (_, path, message) => {
  const error: unknown = await findDatasetFile(path, datasetFolder).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toContain(message);
  expect((error as UserError).message).toContain(datasetFolder);
});

test('says which setting names the folder when there is none', async () => {
  await expect(findDatasetFile('a.csv', null)).rejects.toThrow('set SWEEP_DATASETS');
  await expect(findDatasetFile('a.csv', join(root, 'none'))).rejects.toThrow('(SWEEP_DATASETS) does not exist');
});

test('refuses a file larger than 256 MiB without reading it', async () => {
  const path = join(datasetFolder, 'large.csv');
  await writeFile(path, '');
  await truncate(path, 2 ** 28 + 1);
  await expect(findDatasetFile('large.csv', datasetFolder)).rejects.toThrow('has 268435457 bytes');
});

test('refuses a small file that unpacks to more than 256 MiB', async () => {
  const mebibytes = gzipSync(Buffer.alloc(2 ** 20));
  await writeFile(join(datasetFolder, 'bomb.gz'), Buffer.concat(Array.from({ length: 257 }, () => mebibytes)));
  const file = await findDatasetFile('bomb.gz', datasetFolder);
  await expect(readDatasetFile(file)).rejects.toThrow('unpacks to more than 268435456 bytes');
});

test('says that a gzip file is damaged', async () => {
  await writeFile(join(datasetFolder, 'cut.csv.gz'), gzipSync(csv).subarray(0, 30));
  const file = await findDatasetFile('cut.csv.gz', datasetFolder);
  await expect(readDatasetFile(file)).rejects.toThrow('cut.csv.gz starts like a gzip file but is damaged');
});

test('loads a csv set by its path, and anew when the file changes', async () => {
  const path = join(datasetFolder, 'changing.csv');
  const spec = { name: 'csv', path: 'changing.csv', target: 'kind', task: 'classification', split: 1 } as const;
  await writeFile(path, csv);
  const before = await loadDataset(spec, { datasetFolder });
  expect(await loadDataset(spec, { datasetFolder })).toBe(before);
  await writeFile(path, csv.replace('\n7,1', '\n8,1'));
  await utimes(path, 1, 1);
  expect((await loadDataset(spec, { datasetFolder })).hash).not.toBe(before.hash);
});

test('loads again after a failure that was mended', async () => {
  const spec = { name: 'csv', path: 'mended.csv', target: 'kind', task: 'classification', split: 1 } as const;
  await writeFile(join(datasetFolder, 'mended.csv'), csv.replace('7,1', '?,1'));
  await expect(loadDataset(spec, { datasetFolder })).rejects.toThrow(UserError);
  await writeFile(join(datasetFolder, 'mended.csv'), csv);
  expect((await loadDataset(spec, { datasetFolder })).splits.train.examples).toBe(24);
});
