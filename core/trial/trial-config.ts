import type { Activation } from '../activations/activation.ts';
import type { Initializer } from '../initializers/initializer.ts';
import type { NetworkBuild } from '../networks/network.ts';

/** Optimizer with its defaults filled in; the learning rate is an axis of its own. */
export type Optimizer =
  | { readonly name: 'sgd' }
  | { readonly name: 'momentum' | 'nesterov'; readonly momentum: number }
  | { readonly name: 'adam'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  | {
      readonly name: 'adamw';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    }
  | { readonly name: 'rmsprop'; readonly decay: number; readonly epsilon: number };

/** What is learned from. `seed` fixes a synthetic set; `split` is the seed of the train/validation/test split. */
export type DatasetSpec =
  | { readonly name: 'digits' | 'mnist'; readonly split: number }
  | {
      readonly name: 'teacher';
      readonly inputs: number;
      readonly outputs: number;
      readonly hidden: number;
      readonly examples: number;
      readonly seed: number;
      readonly split: number;
    }
  | {
      readonly name: 'spirals';
      readonly examples: number;
      readonly noise: number;
      readonly seed: number;
      readonly split: number;
    }
  | {
      readonly name: 'gaussian';
      readonly inputs: number;
      readonly outputs: number;
      readonly examples: number;
      readonly seed: number;
      readonly split: number;
    }
  | {
      readonly name: 'csv';
      /** Path relative to the worker's dataset folder. */
      readonly path: string;
      readonly target: string;
      readonly task: 'classification' | 'regression';
      readonly split: number;
    }
  | { readonly name: 'idx'; readonly images: string; readonly labels: string; readonly split: number };

export type Loss = 'crossEntropy' | 'meanSquaredError' | 'huber';

export type TargetMetric = 'validationAccuracy' | 'validationLoss' | 'trainAccuracy' | 'trainLoss';

/** Accuracies reach a target from below, losses from above. */
export interface Target {
  readonly metric: TargetMetric;
  readonly threshold: number;
}

/** Everything that determines one trial's numbers on one backend. */
export interface TrialConfig extends NetworkBuild {
  readonly initializer: Initializer;
  readonly activation: Activation;
  /** Hidden layers; a network has depth + 1 kernels, the last one linear. */
  readonly depth: number;
  /** Units of each hidden layer; channels of a convolution. */
  readonly width: number;
  readonly seed: number;
  readonly learningRate: number;
  readonly optimizer: Optimizer;
  readonly batchSize: number;
  readonly dataset: DatasetSpec;
  readonly loss: Loss;
  /** Budget in epochs of floor(training examples / batchSize) steps. */
  readonly epochs: number;
  readonly target: Target | null;
  readonly stopAtTarget: boolean;
  readonly probes: Probes;
}

export interface Probes {
  /** Epochs (0 is before the first step) after which the layers are probed; `last` is wherever the trial ends. */
  readonly epochs: readonly (number | 'last')[];
  /** Training examples in a probe's batch. */
  readonly examples: number;
}
