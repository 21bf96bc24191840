/**
 * Final states of a trial.
 * - converged: reached its target within the budget.
 * - notConverged: spent its budget of epochs without the target (right-censored), or had no target.
 * - diverged: a loss or a weight became NaN or infinite: a result, not an error.
 * - failed: no attempt could finish; the reason says who must act.
 * - cancelled: a person stopped the sweep; what was recorded is kept.
 * - pruned: given up at a rung because others were ahead: a result of that sweep alone, censored there, and not by chance.
 */
export const finalTrialStates = ['converged', 'notConverged', 'diverged', 'failed', 'cancelled', 'pruned'] as const;
export type FinalTrialState = (typeof finalTrialStates)[number];

/** All states; a trial without a row is pending. Legal transitions: running -> any final state, cancelled and failed -> running. */
export type TrialState = 'running' | FinalTrialState;

/** Means over one epoch. Epoch 0 is the untrained network. Every number is finite; what is not is null. */
export interface EpochRecord {
  readonly epoch: number;
  /** Optimizer steps done when the epoch ended. */
  readonly step: number;
  readonly trainLoss: number | null;
  /** Null for regression. */
  readonly trainAccuracy: number | null;
  readonly validationLoss: number | null;
  readonly validationAccuracy: number | null;
}

/** One layer as a probe saw it after an epoch. `layer` 1 is the first hidden layer, depth + 1 the output layer. */
export interface LayerRecord {
  readonly epoch: number;
  readonly layer: number;
  readonly activationMean: number | null;
  readonly activationVariance: number | null;
  readonly preActivationVariance: number | null;
  /** Share of activations in the flat part of the activation; 0 for those that have none. */
  readonly saturatedShare: number | null;
  /** Euclidean norm of the loss's gradient with respect to the kernel. */
  readonly gradientNorm: number | null;
  /** Variance over examples and units of the gradient with respect to the pre-activations (Glorot and Bengio 2010, figure 7). */
  readonly backpropagatedVariance: number | null;
  /** Mean pairwise cosine between the units' incoming weight vectors: 1 when symmetry is unbroken; null for a single unit. */
  readonly unitCosine: number | null;
}

/** What a trial that was trained to its end, or given up, leaves behind, beside its epoch and layer records. */
export interface TrialResult {
  readonly state: Extract<FinalTrialState, 'converged' | 'notConverged' | 'diverged' | 'pruned'>;
  /** One sentence for a person. */
  readonly reason: string;
  /** First epoch whose metric met the target; null when it never did. */
  readonly epochsToTarget: number | null;
  readonly stepsToTarget: number | null;
  readonly epochsRun: number;
  readonly stepsRun: number;
  /** Null for a pruned trial, as testAccuracy: it is never held against the test data. */
  readonly testLoss: number | null;
  readonly testAccuracy: number | null;
  readonly bestValidationLoss: number | null;
  readonly bestValidationAccuracy: number | null;
  /** Trainable numbers of the network. */
  readonly parameterCount: number;
  /** SHA-256 (hex) of the final parameters as little-endian float32. */
  readonly weightsHash: string;
  /** SHA-256 (hex) of the data and its split. */
  readonly datasetHash: string;
  /** Time in the trainer, ms; shared time of a stack is divided among its trials. */
  readonly durationMs: number;
}
