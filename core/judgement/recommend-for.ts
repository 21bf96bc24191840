import type { Regime } from '../claims/regimes.ts';
import { theoryChoice } from '../claims/framework.ts';
import { compareInitializers } from '../comparison/compare-initializers.ts';
import type { Verdict } from '../comparison/comparison.ts';

/** What a sweep's trials recommend for one of its networks. */
export interface NetworkRecommendation {
  readonly activation: string;
  readonly depth: number;
  /** The other axes that vary in the sweep, in words. */
  readonly setting: string;
  /** Null: none is ahead of all others beyond chance. */
  readonly initializer: string | null;
  /** What that rests on, for a person. */
  readonly evidence: string;
  /** What mean-field theory would choose among those measured; null where it is silent. */
  readonly theory: string | null;
}

/** The initializer that is ahead of every other one of a regime beyond chance, where there is one, with theory's choice beside it. */
export function recommendFor(regime: Regime, target: object | null): NetworkRecommendation {
  const { cells, depth, setting } = regime;
  const trials = cells.flatMap((cell) => cell.trials);
  const { activation, epochBudget } = trials[0]!;
  const [comparison] = compareInitializers(trials, { epochs: epochBudget, target });
  const chosen = theoryChoice(regime).map(({ label }) => label);
  return {
    activation,
    depth,
    setting,
    initializer: comparison!.verdict.kind === 'best' ? comparison!.verdict.initializer : null,
    evidence: `${evidenceText(comparison!.verdict)}; ${cells.length} ${cells.length === 1 ? 'initializer' : 'initializers'}, ${trials.length} trials`,
    theory: chosen.length === 0 ? null : chosen.join(' or '),
  };
}

function evidenceText(verdict: Verdict): string {
  if (verdict.kind === 'best') return verdict.reason;
  return verdict.among.length > 1 ? `not told apart: ${verdict.among.join(', ')} (${verdict.reason})` : verdict.reason;
}
