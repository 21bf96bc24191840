import type { ClaimVerdict, Evidence } from './claim.ts';
import { bandEvidence, decideEach, geometricEffect, verdictOn } from './decide.ts';
import { logRatios, predictedLayers } from './layer-ratios.ts';
import type { Cell, Regime } from './regimes.ts';
import { fittingFamily, isFitting } from './textbook.ts';
import { claimThresholds } from './thresholds.ts';

const statement =
  'The fitting initializer keeps gradients from vanishing and exploding on their way to the first layer; a wrong scale does not.';

const band = [Math.log(claimThresholds.vanishingGradient), Math.log(claimThresholds.explodingGradient)] as const;

/** Claim 3: the first hidden layer's gradient norm over the last's, before the first step and after training. */
export function gradientsClaim(regimes: readonly Regime[]): ClaimVerdict {
  const evidence = regimes
    .filter(({ activation, depth }) => depth > 1 && fittingFamily(activation) !== null)
    .flatMap((regime) => regime.cells.flatMap((cell) => evidenceOf(regime, cell)));
  return verdictOn('gradients', statement, decideEach(evidence), 'no network of two or more layers was probed');
}

function evidenceOf(regime: Regime, cell: Cell): Evidence[] {
  const layers = predictedLayers(regime, cell);
  const ratio = layers === null ? null : layers[0]!.kernelGradientRatio / layers[regime.depth - 1]!.kernelGradientRatio;
  const predicted = ratio !== null && ratio > 0 && Number.isFinite(ratio) ? Math.log(ratio) : null;
  const fits = isFitting(cell.initializer, regime.activation);
  if (!fits && (predicted === null || (predicted >= band[0] && predicted <= band[1]))) return [];
  return (
    ([0, 'last'] as const)
      // Theory speaks of the untrained network, so that a wrong scale is held to that alone.
      .filter((epoch) => fits || epoch === 0)
      .flatMap((epoch) => {
        const told = logRatios(regime, cell, 'gradientNorm', epoch, [1, regime.depth]);
        if (told.length === 0) return [];
        const logs = told.map(({ log }) => log);
        return [
          {
            regime: regime.title,
            statement: `with ${cell.label} gradients ${fits ? 'neither vanish nor explode' : 'vanish or explode'} ${epoch === 0 ? 'before the first step' : 'after training'}`,
            effect: geometricEffect(
              "first hidden layer's gradient norm over the last's",
              logs,
              epoch === 0 ? predicted : null,
            ),
            seeds: new Set(told.map(({ seed }) => seed)).size,
            cells: [cell.label],
            ...bandEvidence(logs, band, fits ? 'inside' : 'outside'),
          },
        ];
      })
  );
}
