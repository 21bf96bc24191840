import { holmAdjusted } from '../statistics/holm.ts';
import { meanEstimate, pMeanAtMost } from '../statistics/student-t.ts';
import type { ClaimName, ClaimVerdict, Decision, Effect, Evidence, Finding } from './claim.ts';
import { claimThresholds } from './thresholds.ts';

/** Decides each piece of a claim's evidence, corrected for their number; no single seed decides anything. */
export function decideEach(evidence: readonly Evidence[]): Finding[] {
  const adjusted = holmAdjusted(evidence.map(({ pValue }) => pValue));
  return evidence.map((piece, i) => ({ ...piece, adjustedPValue: adjusted[i]!, ...decisionOn(piece, adjusted[i]!) }));
}

function decisionOn({ seeds, direction }: Evidence, adjustedPValue: number): Pick<Finding, 'decision' | 'reason'> {
  if (seeds < claimThresholds.fewestSeeds) {
    return { decision: 'undecided', reason: `fewer than ${claimThresholds.fewestSeeds} seeds have a result` };
  }
  if (!(adjustedPValue < claimThresholds.errorRate)) {
    return { decision: 'undecided', reason: 'chance explains as much' };
  }
  return { decision: direction, reason: `p ${adjustedPValue < 0.001 ? '< 0.001' : `= ${adjustedPValue.toFixed(3)}`}` };
}

/** A claim holds where all of its findings do; one that is refuted refutes it, for it was made of all regimes. */
export function verdictOn(
  claim: ClaimName,
  statement: string,
  findings: readonly Finding[],
  unmeasured: string,
): ClaimVerdict {
  if (findings.length === 0) return { claim, statement, decision: 'undecided', reason: unmeasured, findings };
  const count = (decision: Decision) => findings.filter((finding) => finding.decision === decision).length;
  const [supported, refuted, undecided] = [count('supported'), count('refuted'), count('undecided')];
  const decision = refuted > 0 ? 'refuted' : undecided > 0 ? 'undecided' : 'supported';
  const reason = `${supported} of ${findings.length} findings support it, ${refuted} refute it, ${undecided} stay open`;
  return { claim, statement, decision, reason, findings };
}

/**
 * Whether the mean of a measure over seeds lies within a band, or outside of it, as the statement has it: Student's t against the band's
 * edges (two one-sided tests for inside, Schuirmann 1987).
 */
export function bandEvidence(
  values: readonly number[],
  [low, high]: readonly [number, number],
  expected: 'inside' | 'outside',
): Pick<Evidence, 'direction' | 'pValue'> {
  const estimate = meanEstimate(values);
  const opposite = { ...estimate, mean: -estimate.mean };
  const n = values.length;
  const inside = Math.max(pMeanAtMost(estimate, low, n), pMeanAtMost(opposite, -high, n));
  const outside = Math.min(1, 2 * Math.min(pMeanAtMost(estimate, high, n), pMeanAtMost(opposite, -low, n)));
  const [expectedP, otherP] = expected === 'inside' ? [inside, outside] : [outside, inside];
  return expectedP <= otherP ? { direction: 'supported', pValue: expectedP } : { direction: 'refuted', pValue: otherP };
}

/** The geometric mean over seeds with its interval, from logarithms. */
export function geometricEffect(name: string, logs: readonly number[], predictedLog: number | null): Effect {
  const { mean, interval } = meanEstimate(logs);
  const back = (log: number | null) => (log === null ? null : finiteOrNull(Math.exp(log)));
  return {
    name,
    value: Math.exp(mean),
    interval: { low: back(interval.low), high: back(interval.high) },
    predicted: predictedLog === null ? null : Math.exp(predictedLog),
  };
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
