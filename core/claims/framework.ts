import { predictLayers } from '../theory/predict-layers.ts';
import type { ClaimVerdict, Evidence } from './claim.ts';
import { decideEach, verdictOn } from './decide.ts';
import { type Cell, prunedIn, type Regime } from './regimes.ts';
import { pairEvidence, scoresOf } from './scored-pairs.ts';

/** Claim 6. Theory's choice against all other initializers of its regime together, that is, against choosing blindly. */
export function frameworkClaim(regimes: readonly Regime[], target: object | null): ClaimVerdict {
  const evidence = regimes.flatMap((regime) => evidenceOf(regime, target));
  return verdictOn('framework', decideEach(evidence), 'theory had nothing to choose from: not measured');
}

function evidenceOf(regime: Regime, target: object | null): Evidence[] {
  const chosen = theoryChoice(regime);
  const others = regime.cells.filter((cell) => !chosen.includes(cell));
  if (chosen.length === 0 || others.length === 0) return [];
  const scores = scoresOf(regime, target);
  const pooled = (cells: readonly Cell[]) => cells.flatMap((cell) => scores.get(cell)!).sort((a, b) => a - b);
  const names = chosen.map(({ label }) => label).join(' or ');
  return [
    {
      regime: regime.title,
      statement: `theory's choice, ${names}, does better than the others`,
      seeds: Math.min(...regime.cells.map(({ seeds }) => seeds)),
      cells: [...chosen, ...others].map(({ label }) => label),
      pruned: prunedIn(regime.cells),
      ...pairEvidence(pooled(chosen), pooled(others), ['framework', regime.title]),
    },
  ];
}

/** Choices of theory that differ by less are one. */
const tie = 1e-6;

/** The initializers that keep activations and gradients most level: least |log| of both ratios from the first hidden layer to the last. */
export function theoryChoice<Choice extends Pick<Cell, 'initializer'>>({
  activation,
  network,
  normalization,
  depth,
  width,
  cells,
}: Pick<Regime, 'activation' | 'network' | 'normalization' | 'depth' | 'width'> & {
  readonly cells: readonly Choice[];
}): Choice[] {
  const costs = cells.flatMap((cell) => {
    const layers = predictLayers({
      initializer: cell.initializer,
      activation,
      network,
      normalization,
      layerSizes: Array<number>(depth + 2).fill(width),
    });
    if (layers === null) return [];
    const [first, last] = [layers[0]!, layers.at(-1)!];
    const activations = Math.log(last.preActivationVariance / first.preActivationVariance) / 2;
    const cost = Math.abs(activations) + Math.abs(Math.log(first.backpropagatedRatio / last.backpropagatedRatio));
    return Number.isFinite(cost) ? [{ cell, cost }] : [];
  });
  const least = Math.min(...costs.map(({ cost }) => cost));
  return costs.filter(({ cost }) => cost <= least + tie).map(({ cell }) => cell);
}
