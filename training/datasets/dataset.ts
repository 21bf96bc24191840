import type { ImageSize } from '../../core/networks/network.ts';

export type SplitName = 'train' | 'validation' | 'test';

export interface Split {
  readonly examples: number;
  /** [examples, inputs] row-major. */
  readonly inputs: Float32Array;
  /** Classification: class numbers [examples]. Regression: [examples, outputs] row-major. */
  readonly targets: Int32Array | Float32Array;
}

/** A set that is loaded, standardized by its training split, and split the same way for every trial. */
export interface Dataset {
  readonly name: string;
  readonly task: 'classification' | 'regression';
  readonly inputs: number;
  /** Size of an example as an image; null where it is none. */
  readonly image: ImageSize | null;
  /** Classes, or regression outputs. */
  readonly outputs: number;
  readonly splits: Readonly<Record<SplitName, Split>>;
  /** SHA-256 (hex) over all splits, inputs and targets. */
  readonly hash: string;
}
