import type { ComparedTrial } from '../comparison/comparison.ts';
import type { Interval } from '../statistics/interval.ts';
import type { LayerSummary } from './layer-summary.ts';

/** One finished trial. Labels are those of `cellOf`: theory reads initializer and activation back from them. */
export interface ClaimTrial extends ComparedTrial {
  /** Epochs that it was allowed; cells with different budgets are never compared. */
  readonly epochBudget: number;
  readonly layers: LayerSummary;
}

export interface ClaimInput {
  readonly trials: readonly ClaimTrial[];
  /** Null: the sweep had no target, and nothing is said about speed. */
  readonly target: object | null;
}

export type ClaimName = 'symmetry' | 'variance' | 'gradients' | 'speed' | 'fit' | 'framework';
export type Decision = 'supported' | 'refuted' | 'undecided';

export type EffectUnit = 'cosine' | 'factor' | 'epochs' | 'probability';

/** A measured size of an effect. */
export interface Effect {
  /** What is measured, in words. */
  readonly name: string;
  readonly unit: EffectUnit;
  /** Null where there is none to be measured. */
  readonly value: number | null;
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
  /** Of the compared trials, those that were given up early; absent: none counts. */
  readonly pruned?: number;
  /** Where the effect points, and how likely it would point so far there by chance; null where nothing happened that could be tested. */
  readonly direction: Exclude<Decision, 'undecided'>;
  readonly pValue: number | null;
}

export interface Finding extends Evidence {
  readonly decision: Decision;
  /** Holm's, over the comparisons of the claim. */
  readonly adjustedPValue: number | null;
  readonly reason: string;
}

/** The verdict of a sweep on one claim, with all that it rests on. */
export interface ClaimVerdict {
  readonly claim: ClaimName;
  /** The claim in a few words. */
  readonly title: string;
  readonly statement: string;
  readonly decision: Decision;
  /** One sentence for a person: where it holds, where it does not, or why it stays open. */
  readonly summary: string;
  readonly findings: readonly Finding[];
}
