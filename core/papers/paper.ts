// Published results against a sweep that repeats them: what counts as the same pattern is decided here, by code, over stored results. No I/O.
import type { RatedTrial } from '../comparison/best-rate.ts';
import type { Interval } from '../statistics/interval.ts';
import type { LayerRecord } from '../trial/trial-record.ts';

export interface PaperTrial extends RatedTrial {
  readonly trialId: string;
}

export interface PaperLayer extends LayerRecord {
  readonly trialId: string;
}

/** A finished sweep that repeats a paper's experiment. */
export interface PaperInput {
  readonly trials: readonly PaperTrial[];
  readonly layers: readonly PaperLayer[];
  /** Budget of each trial. */
  readonly epochs: number;
  readonly target: object | null;
}

/** `holds`: the measured interval lies where the paper puts the result; `fails`: it lies elsewhere; `undecided`: it reaches over the border. */
export type CheckDecision = 'holds' | 'fails' | 'undecided';

/** One thing that a paper shows, held against our measurement. */
export interface PaperCheck {
  readonly statement: string;
  /** Where in the paper: figure, table or equation. */
  readonly reference: string;
  /** What is there, in a word or a number. */
  readonly published: string;
  /** Name and unit of what we measured. */
  readonly measure: string;
  readonly value: number | null;
  readonly interval: Interval;
  /** What mean-field theory gives for our own network, where it says something. */
  readonly predicted: number | null;
  /** The rule of the decision, in words. */
  readonly rule: string;
  readonly decision: CheckDecision;
}

/** Decides by where a 95 % interval lies: inside of (least, most), outside of it, or over an end. */
export function decideWithin({ low, high }: Interval, least: number, most: number): CheckDecision {
  if (low === null || high === null) return 'undecided';
  if (low > least && high < most) return 'holds';
  return high <= least || low >= most ? 'fails' : 'undecided';
}

/** The pattern as a whole: it holds where every check does, and fails where one fails. */
export function patternOf(checks: readonly PaperCheck[]): CheckDecision {
  if (checks.some(({ decision }) => decision === 'fails')) return 'fails';
  return checks.length > 0 && checks.every(({ decision }) => decision === 'holds') ? 'holds' : 'undecided';
}
