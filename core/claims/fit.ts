import type { ClaimVerdict, Finding } from './claim.ts';
import { decideEach, prunedNote, verdictOn } from './decide.ts';
import { type Cell, prunedIn, type Regime } from './regimes.ts';
import { pairEvidence, scoresOf } from './scored-pairs.ts';
import { isFitting } from './textbook.ts';

/** Claim 5. Every fitting initializer against every other one; a regime's finding rests on all of its pairs. */
export function fitClaim(regimes: readonly Regime[], target: object | null): ClaimVerdict {
  const pairs = regimes.flatMap((regime) => pairsOf(regime, target));
  const decided = decideEach(pairs);
  const titles = [...new Set(pairs.map(({ regime }) => regime))];
  const findings = titles.map((title) => regimeFinding(decided.filter(({ regime }) => regime === title)));
  return verdictOn('fit', findings, 'no fitting initializer stands beside another one');
}

function pairsOf(regime: Regime, target: object | null) {
  const fits = (cell: Cell) => isFitting(cell.initializer, regime.activation);
  const [fitting, others] = [regime.cells.filter(fits), regime.cells.filter((cell) => !fits(cell))];
  if (fitting.length === 0 || others.length === 0) return [];
  const scores = scoresOf(regime, target);
  return fitting.flatMap((one) =>
    others.map((other) => ({
      regime: regime.title,
      statement: `${one.label} does better than ${other.label}`,
      seeds: Math.min(one.seeds, other.seeds),
      cells: [one.label, other.label],
      pruned: prunedIn([one, other]),
      ...pairEvidence(scores.get(one)!, scores.get(other)!, ['fit', regime.title, one.label, other.label]),
    })),
  );
}

/** Supported by a fitting initializer ahead of every other one, refuted by another one ahead of every fitting one; else open, told by the hardest pair. */
function regimeFinding(pairs: readonly Finding[]): Finding {
  const sides = [
    { decision: 'supported', side: 0, better: (a: Finding, b: Finding) => chance(a) < chance(b) },
    { decision: 'refuted', side: 1, better: (a: Finding, b: Finding) => chance(a) > chance(b) },
  ] as const;
  for (const { decision, side, better } of sides) {
    for (const label of new Set(pairs.map(({ cells }) => cells[side]!))) {
      const own = pairs.filter(({ cells }) => cells[side] === label);
      if (!own.every((pair) => pair.decision === decision)) continue;
      const hardest = own.reduce((a, b) => (better(b, a) ? b : a));
      const who = decision === 'supported' ? 'every other initializer' : 'every fitting initializer';
      return {
        ...hardest,
        adjustedPValue: Math.max(...own.map(({ adjustedPValue }) => adjustedPValue ?? 1)),
        seeds: Math.min(...own.map(({ seeds }) => seeds)),
        cells: [...new Set(own.flatMap(({ cells }) => cells))],
        reason: `${label} is ahead of ${who}; the closest pair is shown${prunedNote(hardest.pruned ?? 0)}`,
      };
    }
  }
  const open = pairs.find(({ decision }) => decision === 'undecided') ?? pairs[0]!;
  return {
    ...open,
    decision: 'undecided',
    cells: [...new Set(pairs.flatMap(({ cells }) => cells))],
    reason: open.decision === 'undecided' ? open.reason : 'the pairs point both ways',
  };
}

/** That a run of the fitting initializer does better: pairs of scores always have one. */
function chance({ effect }: Finding): number {
  return effect.value ?? 0.5;
}
