import { finiteOrNull } from '../finite-or-null.ts';
import { holmAdjusted } from '../statistics/holm.ts';
import { meanEstimate, pMeanAtMost } from '../statistics/student-t.ts';
import type { ClaimName, ClaimVerdict, Decision, Effect, Evidence, Finding } from './claim.ts';
import { claimTexts } from './claim-texts.ts';
import { summaryOf } from './claim-summary.ts';
import { claimThresholds } from './thresholds.ts';

/** Decides each piece of a claim's evidence, corrected for their number; no single seed decides anything. */
export function decideEach(evidence: readonly Evidence[]): Finding[] {
  // What cannot be decided whatever the seeds do is no comparison to be corrected for (Tarone 1990).
  const tested = evidence.filter(({ pValue }) => pValue !== null);
  const adjusted = holmAdjusted(tested.map(({ pValue }) => pValue!));
  return evidence.map((piece) => {
    const adjustedPValue = piece.pValue === null ? null : adjusted[tested.indexOf(piece)]!;
    return { ...piece, adjustedPValue, ...decisionOn(piece, adjustedPValue) };
  });
}

function decisionOn(
  { seeds, direction, pruned = 0 }: Evidence,
  adjustedPValue: number | null,
): Pick<Finding, 'decision' | 'reason'> {
  const note = prunedNote(pruned);
  if (adjustedPValue === null) {
    const when = pruned === 0 ? 'within the budget' : 'as long as all of them were trained';
    return { decision: 'undecided', reason: `neither reaches the target ${when}${note}` };
  }
  if (seeds < claimThresholds.fewestSeeds) {
    return { decision: 'undecided', reason: `fewer than ${claimThresholds.fewestSeeds} seeds have a result` };
  }
  if (!(adjustedPValue < claimThresholds.errorRate)) {
    return { decision: 'undecided', reason: `chance explains as much${note}` };
  }
  const p = adjustedPValue < 0.001 ? '< 0.001' : `= ${adjustedPValue.toFixed(3)}`;
  return { decision: direction, reason: `p ${p}${note}` };
}

/** The end of a reason that rests on trials of which some were given up early. */
export function prunedNote(pruned: number): string {
  return pruned === 0 ? '' : `; ${pruned === 1 ? '1 trial was' : `${pruned} trials were`} given up early`;
}

/**
 * A claim is made of all networks, so it is counted by regime, not by finding: a regime supports it where all of its findings do, and refutes
 * it where one does. It is refuted where more regimes refute than support it, supported where none refutes and more than half
 * support it; else it is undecided, and the summary says where it holds and where it does not.
 *
 * @param unmeasured why there may be no finding
 */
export function verdictOn(claim: ClaimName, findings: readonly Finding[], unmeasured: string): ClaimVerdict {
  const regimes = regimeDecisions(findings);
  const count = (decision: Decision) => [...regimes.values()].filter((each) => each === decision).length;
  const [supported, refuted, undecided] = [count('supported'), count('refuted'), count('undecided')];
  const decision = refuted > supported ? 'refuted' : refuted === 0 && supported > undecided ? 'supported' : 'undecided';
  const summary = summaryOf(decision, regimes, findings, unmeasured);
  return { claim, ...claimTexts[claim], decision, summary, findings };
}

function regimeDecisions(findings: readonly Finding[]): Map<string, Decision> {
  const regimes = new Map<string, Decision>();
  for (const { regime, decision } of findings) {
    const known = regimes.get(regime);
    const isFirm = known === 'refuted' || (known === 'undecided' && decision === 'supported');
    if (!isFirm) regimes.set(regime, decision);
  }
  return regimes;
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
    unit: 'factor',
    value: back(mean),
    interval: { low: back(interval.low), high: back(interval.high) },
    predicted: back(predictedLog),
  };
}
