import type { ClaimVerdict, Evidence } from './claim.ts';
import { bandEvidence, decideEach, geometricEffect, verdictOn } from './decide.ts';
import { gradientLogs, predictedGradientLog } from './layer-ratios.ts';
import type { Cell, Regime } from './regimes.ts';
import { fittingFamily, isFitting } from './textbook.ts';
import { claimThresholds } from './thresholds.ts';

const band = [Math.log(claimThresholds.vanishingGradient), Math.log(claimThresholds.explodingGradient)] as const;

/** Claim 3: gradient norms of the hidden layers over the last one's, before the first step and after training. */
export function gradientsClaim(regimes: readonly Regime[]): ClaimVerdict {
  const evidence = regimes
    .filter(({ activation, depth }) => depth > 1 && fittingFamily(activation) !== null)
    .flatMap((regime) => regime.cells.flatMap((cell) => evidenceOf(regime, cell)));
  return verdictOn('gradients', decideEach(evidence), 'no network of two or more layers was probed');
}

function evidenceOf(regime: Regime, cell: Cell): Evidence[] {
  const predicted = predictedGradientLog(regime, cell);
  const fits = isFitting(cell.initializer, regime.activation);
  if (!fits && (predicted === null || (predicted >= band[0] && predicted <= band[1]))) return [];
  return (
    (['initial', 'final'] as const)
      // Theory speaks of the untrained network, so that a wrong scale is held to that alone.
      .filter((when) => fits || when === 'initial')
      .flatMap((when) => {
        const told = gradientLogs(cell, when);
        if (told.length === 0) return [];
        const logs = told.map(({ log }) => log);
        return [
          {
            regime: regime.title,
            statement: `with ${cell.label} gradients ${fits ? 'neither vanish nor explode' : 'vanish or explode'} ${when === 'initial' ? 'before the first step' : 'after training'}`,
            effect: geometricEffect(
              "hidden layer's gradient norm over the last one's, where it differs most",
              logs,
              when === 'initial' ? predicted : null,
            ),
            seeds: new Set(told.map(({ seed }) => seed)).size,
            cells: [cell.label],
            ...bandEvidence(logs, band, fits ? 'inside' : 'outside'),
          },
        ];
      })
  );
}
