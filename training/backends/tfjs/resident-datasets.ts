import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Dataset, Split, SplitName } from '../../datasets/dataset.ts';
import type { TensorFlow } from './tensorflow.ts';

/** A split on the device. (A type, because tfjs takes no interface for a container of tensors.) */
export type ResidentSplit = {
  /** [examples, inputs]. */
  readonly inputs: Tensor2D;
  /** [examples, outputs]; classes as one-hot rows. */
  readonly targets: Tensor2D;
};

export type ResidentDataset = Readonly<Record<SplitName, ResidentSplit>>;

/** Data sets on the device, each there once for all stacks that use it, and gone with the last of them. */
export interface ResidentDatasets {
  readonly acquire: (dataset: Dataset) => ResidentDataset;
  readonly release: (dataset: Dataset) => void;
}

export function createResidentDatasets(tf: TensorFlow): ResidentDatasets {
  const residents = new Map<string, { readonly splits: ResidentDataset; users: number }>();

  return {
    acquire(dataset) {
      const resident = residents.get(dataset.hash) ?? { splits: upload(tf, dataset), users: 0 };
      residents.set(dataset.hash, resident);
      resident.users++;
      return resident.splits;
    },
    release(dataset) {
      const resident = residents.get(dataset.hash);
      if (!resident || --resident.users > 0) return;
      residents.delete(dataset.hash);
      for (const { inputs, targets } of Object.values(resident.splits)) tf.dispose([inputs, targets]);
    },
  };
}

function upload(tf: TensorFlow, { splits, inputs, outputs, task }: Dataset): ResidentDataset {
  const split = ({ examples, inputs: values, targets }: Split): ResidentSplit => ({
    inputs: tf.tensor2d(values, [examples, inputs]),
    targets: tf.tensor2d(
      task === 'classification' ? oneHot(targets, outputs) : targets,
      [examples, outputs],
      'float32',
    ),
  });
  return tf.tidy(() => ({
    train: split(splits.train),
    validation: split(splits.validation),
    test: split(splits.test),
  }));
}

function oneHot(classes: ArrayLike<number>, size: number): Float32Array {
  const rows = new Float32Array(classes.length * size);
  for (let i = 0; i < classes.length; i++) rows[i * size + classes[i]!] = 1;
  return rows;
}
