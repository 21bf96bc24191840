import type { Activation } from '../core/activations/activation.ts';
import type { NetworkSizes } from '../core/networks/network-layers.ts';
import type { Loss, Optimizer } from '../core/trial/trial-config.ts';
import type { Dataset, SplitName } from './datasets/dataset.ts';

/** What all trials of one stack share; everything else may differ from slot to slot. */
export interface StackShape extends NetworkSizes {
  readonly activation: Activation;
  readonly loss: Loss;
  readonly batchSize: number;
  readonly optimizer: Optimizer['name'];
}

/** One trial's state on its way into or out of a slot. */
export interface SlotState {
  /** Layer after layer, as parameterLayout says. */
  readonly parameters: Float32Array;
  /** Optimizer moments, each laid out as `parameters`, one after the other; null at step 0. */
  readonly moments: Float32Array | null;
  /** Optimizer steps already done. */
  readonly step: number;
  readonly learningRate: number;
  readonly optimizer: Optimizer;
}

/** Sums over the examples seen since the last reading. */
export interface MetricSums {
  readonly examples: number;
  readonly lossSum: number;
  /** Correctly classified examples; 0 for regression. */
  readonly correct: number;
}

/**
 * One layer's raw signals for a batch of B examples, all [B, positions, units] row-major (one position but in a convolution) but the kernel
 * gradient [fanIn, units]. Pre-activations are what goes into the activation: after the shortcut, and normalized over this batch.
 */
export interface LayerSignals {
  readonly preActivations: Float32Array;
  /** f(preActivations); of the output layer, which is linear, the pre-activations themselves. */
  readonly activations: Float32Array;
  /** Gradient of the batch's mean loss with respect to the pre-activations. */
  readonly preActivationGradients: Float32Array;
  readonly kernelGradients: Float32Array;
}

/**
 * Trials of one shape, trained together. The law every implementation keeps: what happens in a slot is the same, bit for
 * bit, whichever other slots are in use. Methods take the slots in use in any order and answer in that order.
 */
export interface Stack {
  readonly shape: StackShape;
  readonly capacity: number;
  place(slot: number, state: SlotState): void;
  /**
   * Runs `steps` optimizer steps in each slot. `batches` [slots, steps, batchSize] holds training-row numbers. Loss and
   * correct predictions (before each step's update) add to the slot's sums on the device; nothing is read back.
   */
  train(slots: readonly number[], batches: Uint32Array, steps: number): Promise<void>;
  /** Reads and clears the slots' training sums. */
  takeTrainSums(slots: readonly number[]): Promise<MetricSums[]>;
  /** Forward pass over a whole split; batch normalization takes its statistics from the reference examples (referenceExamples). */
  evaluate(slots: readonly number[], split: SplitName): Promise<MetricSums[]>;
  /** Forward and backward pass of one slot over training rows, updating nothing; one entry per kernel, first layer first. */
  signals(slot: number, rows: Uint32Array): Promise<LayerSignals[]>;
  read(slot: number): Promise<SlotState>;
  /** SlotState.parameters alone: a third of what `read` copies where the optimizer is adam. */
  readParameters(slot: number): Promise<Float32Array>;
  dispose(): void;
}

export type BackendName = 'cuda' | 'simd' | 'native' | 'wasm' | 'tfjsWasm' | 'cpu';

export interface Backend {
  readonly name: BackendName;
  /** Names the arithmetic: two backends with the same text give the same bits. Part of a trial's key. */
  readonly arithmetic: string;
  /** For a person: device and library versions. */
  readonly description: string;
  /** Slots beyond which no shape's stack gains on this backend; how many of them pay for one shape is measured (StackSize). */
  readonly preferredCapacity: number;
  createStack(shape: StackShape, dataset: Dataset, capacity: number): Promise<Stack>;
  dispose(): Promise<void>;
}
