import type { ClaimVerdict, Evidence } from './claim.ts';
import { bandEvidence, decideEach, geometricEffect, verdictOn } from './decide.ts';
import { predictedVarianceLog, varianceLogs } from './layer-ratios.ts';
import type { Cell, Regime } from './regimes.ts';
import { isFitting } from './textbook.ts';
import { claimThresholds } from './thresholds.ts';

const band = [-Math.log(claimThresholds.keptVariancePerLayer), Math.log(claimThresholds.keptVariancePerLayer)] as const;

/** Claim 2, at the first step: the factor per layer from the first hidden layer to the last, beside mean-field theory's. */
export function varianceClaim(regimes: readonly Regime[]): ClaimVerdict {
  const evidence = regimes
    .filter(({ activation, depth }) => depth > 1 && ['tanh', 'relu', 'leakyRelu'].includes(activation.name))
    .flatMap((regime) => regime.cells.flatMap((cell) => evidenceOf(regime, cell)));
  return verdictOn(
    'variance',
    decideEach(evidence),
    'no network of two or more layers with tanh or relu was probed before its first step',
  );
}

function evidenceOf(regime: Regime, cell: Cell): Evidence[] {
  const { depth, activation } = regime;
  const told = varianceLogs(cell);
  if (told.length === 0) return [];
  const predictedLog = predictedVarianceLog(regime, cell);
  const predicted = predictedLog === null ? null : predictedLog / (depth - 1);
  const fits = isFitting(cell.initializer, activation);
  const isWrong = predicted !== null && (predicted < band[0] || predicted > band[1]);
  // Others are neither what textbooks praise nor what theory warns of.
  if (!fits && !isWrong) return [];
  const perLayer = told.map(({ log }) => log / (depth - 1));
  return [
    {
      regime: regime.title,
      statement: `${cell.label} ${fits ? 'keeps' : 'changes'} the variance of activations from layer to layer`,
      effect: geometricEffect('factor on the activation variance per layer', perLayer, predicted),
      seeds: new Set(told.map(({ seed }) => seed)).size,
      cells: [cell.label],
      ...bandEvidence(perLayer, band, fits ? 'inside' : 'outside'),
    },
  ];
}
