import type { ComparedTrial } from '../comparison/comparison.ts';
import type { Interval } from '../statistics/interval.ts';
import type { LayerRecord } from '../trial/trial-record.ts';

/** One finished trial. Labels are those of `cellOf`: theory reads initializer and activation back from them. */
export interface ClaimTrial extends ComparedTrial {
  readonly trialId: string;
  /** Epochs that it was allowed; cells with different budgets are never compared. */
  readonly epochBudget: number;
}

/** What a probe saw of one layer of a trial. */
export interface ClaimLayer extends Pick<
  LayerRecord,
  'epoch' | 'layer' | 'activationVariance' | 'preActivationVariance' | 'gradientNorm' | 'unitCosine'
> {
  readonly trialId: string;
}

export interface ClaimInput {
  readonly trials: readonly ClaimTrial[];
  readonly layers: readonly ClaimLayer[];
  /** Null: the sweep had no target, and nothing is said about speed. */
  readonly target: object | null;
}

export type ClaimName = 'symmetry' | 'variance' | 'gradients' | 'speed' | 'fit' | 'framework';
export type Decision = 'supported' | 'refuted' | 'undecided';

/** A measured size of an effect; `name` says what and in which unit. */
export interface Effect {
  readonly name: string;
  readonly value: number;
  readonly interval: Interval;
  /** What mean-field theory predicts for it, where it does. */
  readonly predicted: number | null;
}

/** What cells of one regime say for or against a statement, before it is corrected for how many are asked. */
export interface Evidence {
  /** `relu · depth 8`, and every other axis that varies. */
  readonly regime: string;
  readonly statement: string;
  readonly effect: Effect;
  /** Of the compared cell with the fewest. */
  readonly seeds: number;
  /** Labels of the initializers whose cells are compared. */
  readonly cells: readonly string[];
  /** Where the effect points, and how likely it would point so far there by chance. */
  readonly direction: Exclude<Decision, 'undecided'>;
  readonly pValue: number;
}

export interface Finding extends Evidence {
  readonly decision: Decision;
  /** Holm's, over the comparisons of the claim. */
  readonly adjustedPValue: number;
  readonly reason: string;
}

/** The verdict of a sweep on one claim, with all that it rests on. */
export interface ClaimVerdict {
  readonly claim: ClaimName;
  readonly statement: string;
  readonly decision: Decision;
  readonly reason: string;
  readonly findings: readonly Finding[];
}
