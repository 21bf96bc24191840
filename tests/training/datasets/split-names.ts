import type { SplitName } from '../../../training/datasets/dataset.ts';

export const splitNames: readonly SplitName[] = ['train', 'validation', 'test'];
