// Data sets: reading, splitting, standardizing. What a network does with them lives elsewhere.
import type { DatasetSpec } from '../../core/trial/trial-config.ts';
import { assembleDataset } from './assemble-dataset.ts';
import { parseCsv } from './csv.ts';
import { findDatasetFile, readDatasetFile, type DatasetFile } from './dataset-file.ts';
import type { Dataset } from './dataset.ts';
import { readDigits } from './digits.ts';
import { parseIdx } from './idx.ts';
import { readMnist } from './mnist.ts';
import type { RawDataset } from './raw-dataset.ts';
import { makeGaussian, makeSpirals, makeTeacher } from './synthetic.ts';

/** Float32 and int32 numbers that this process keeps loaded (1 GiB); the set used longest ago leaves first. */
const maxCachedNumbers = 2 ** 28;

const cache = new Map<string, Promise<Dataset>>();

/**
 * Loads a set, standardized and split 80/10/10 by the spec's split seed; once per process and spec (and, for a user's own file,
 * once per version of the file). `datasetFolder` is where the paths of csv and idx sets start.
 * Throws UserError when a file is missing or malformed; the message says the mend.
 */
export async function loadDataset(
  spec: DatasetSpec,
  { datasetFolder }: { datasetFolder: string | null },
): Promise<Dataset> {
  const files = await findFiles(spec, datasetFolder);
  const key = JSON.stringify([spec, files.map((file) => [file.realPath, file.version])]);
  const loading = cache.get(key) ?? readRaw(spec, files).then((raw) => assembleDataset(spec.name, raw, spec.split));
  cache.delete(key);
  cache.set(key, loading);
  try {
    const dataset = await loading;
    await evictOldest();
    return dataset;
  } catch (error) {
    cache.delete(key);
    throw error;
  }
}

function findFiles(spec: DatasetSpec, datasetFolder: string | null): Promise<DatasetFile[]> {
  const paths = spec.name === 'csv' ? [spec.path] : spec.name === 'idx' ? [spec.images, spec.labels] : [];
  return Promise.all(paths.map((path) => findDatasetFile(path, datasetFolder)));
}

async function readRaw(spec: DatasetSpec, files: readonly DatasetFile[]): Promise<RawDataset> {
  switch (spec.name) {
    case 'digits':
      return readDigits();
    case 'mnist':
      return readMnist();
    case 'teacher':
      return makeTeacher(spec);
    case 'spirals':
      return makeSpirals(spec);
    case 'gaussian':
      return makeGaussian(spec);
    case 'csv':
      return parseCsv(spec, await readDatasetFile(files[0]!));
    case 'idx':
      return parseIdx(spec, await readDatasetFile(files[0]!), await readDatasetFile(files[1]!));
  }
}

async function evictOldest(): Promise<void> {
  const sizes = await Promise.all(
    [...cache].map(async ([key, loading]) => ({ key, numbers: await loading.then(countNumbers, () => 0) })),
  );
  let kept = 0;
  for (const { key, numbers } of sizes.reverse()) {
    kept += numbers;
    if (kept > maxCachedNumbers) cache.delete(key);
  }
}

function countNumbers({ splits }: Dataset): number {
  return Object.values(splits).reduce((sum, split) => sum + split.inputs.length + split.targets.length, 0);
}
