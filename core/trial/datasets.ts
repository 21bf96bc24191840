import type { ImageSize } from '../networks/network.ts';
import type { DatasetSpec } from './trial-config.ts';

/** Parameters that a sweep file leaves out, by data set; a path has no default. */
export const datasetDefaults = {
  digits: { split: 0 },
  mnist: { split: 0 },
  teacher: { inputs: 32, outputs: 4, hidden: 32, examples: 4000, seed: 0, split: 0 },
  spirals: { examples: 2000, noise: 0.1, seed: 0, split: 0 },
  gaussian: { inputs: 64, outputs: 10, examples: 4000, seed: 0, split: 0 },
  csv: { split: 0 },
  idx: { split: 0 },
} as const satisfies Record<DatasetSpec['name'], object>;

/** Sizes of the images of the sets that come with the project. */
export const datasetImages = {
  digits: { height: 8, width: 8, channels: 1 },
  mnist: { height: 28, width: 28, channels: 1 },
} as const satisfies Partial<Record<DatasetSpec['name'], ImageSize>>;

/** Whether its examples are images; of IDX files it shows once they are read. */
export function hasImages({ name }: DatasetSpec): boolean {
  return name in datasetImages || name === 'idx';
}

/** What a data set asks of a network, known before it is loaded. */
export function datasetTask(dataset: DatasetSpec): 'classification' | 'regression' {
  switch (dataset.name) {
    case 'csv':
      return dataset.task;
    case 'teacher':
    case 'gaussian':
      return 'regression';
    case 'digits':
    case 'mnist':
    case 'spirals':
    case 'idx':
      return 'classification';
  }
}

/** Examples before the split; null for a file, which only its worker can count. */
export function datasetExamples(dataset: DatasetSpec): number | null {
  switch (dataset.name) {
    case 'digits':
      return 1797;
    case 'mnist':
      return 10_000;
    case 'teacher':
    case 'spirals':
    case 'gaussian':
      return dataset.examples;
    case 'csv':
    case 'idx':
      return null;
  }
}

/** Share of the examples that trials train on; the rest is for validation and test, half each. */
export const trainingShare = 0.8;
