import { meanEstimate } from '../statistics/student-t.ts';
import type { ClaimVerdict, Evidence } from './claim.ts';
import { bandEvidence, decideEach, verdictOn } from './decide.ts';
import type { Cell, Regime } from './regimes.ts';
import { claimThresholds } from './thresholds.ts';

/** Claim 1. A mean pairwise cosine of 1 is the same as an effective rank of 1: all incoming weight vectors point one way. */
export function symmetryClaim(regimes: readonly Regime[]): ClaimVerdict {
  const asked = regimes.flatMap((regime) => regime.cells.flatMap((cell) => evidenceOf(regime, cell)));
  const findings = decideEach(asked.map(({ evidence }) => evidence));
  const verdict = verdictOn('symmetry', findings, 'no trained layer was probed');
  const sides = new Set(asked.map(({ isSymmetric }) => isSymmetric));
  return verdict.decision === 'supported' && sides.size < 2
    ? { ...verdict, decision: 'undecided', summary: 'Open: only one of the two sides was measured.' }
    : verdict;
}

function evidenceOf(regime: Regime, cell: Cell): { readonly isSymmetric: boolean; readonly evidence: Evidence }[] {
  const { name } = cell.initializer;
  if (name === 'identity') return [];
  const isSymmetric = name === 'zeros' || name === 'constant';
  // The least identical layer speaks for zeros and constant, the most identical one for the others.
  const told = cell.trials.flatMap((trial) => {
    const { cosines } = trial.layers;
    return cosines === null ? [] : [{ seed: trial.seed, cosine: isSymmetric ? cosines.least : cosines.greatest }];
  });
  if (told.length === 0) return [];
  const cosines = told.map(({ cosine }) => cosine);
  const { mean, interval } = meanEstimate(cosines);
  const evidence: Evidence = {
    regime: regime.title,
    statement: `units ${isSymmetric ? 'stay identical' : 'differ'} after training with ${cell.label}`,
    effect: {
      name: `${isSymmetric ? 'least' : 'greatest'} mean cosine between units of a hidden layer`,
      unit: 'cosine',
      value: mean,
      interval,
      predicted: isSymmetric ? 1 : null,
    },
    seeds: new Set(told.map(({ seed }) => seed)).size,
    cells: [cell.label],
    ...bandEvidence(cosines, [claimThresholds.identicalCosine, Infinity], isSymmetric ? 'inside' : 'outside'),
  };
  return [{ isSymmetric, evidence }];
}
