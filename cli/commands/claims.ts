import { decideClaims } from '../../core/claims/decide-claims.ts';
import { atBestRates } from '../../core/comparison/best-rate.ts';
import { findSweep } from '../find-sweep.ts';
import { claimsText } from '../report/claims-text.ts';
import { withStack } from '../stack-connection.ts';

/** `initsweep claims ID`: what a stored sweep decides about the six claims, as text or as JSON. */
export async function claimsCommand(
  id: string,
  options: { readonly json?: true; readonly bestRate?: true },
): Promise<void> {
  await withStack(async ({ store }) => {
    const { id: sweepId, spec } = await findSweep(store, id);
    const [outcomes, layers] = await Promise.all([store.outcomes(sweepId), store.layerRecords(sweepId)]);
    const { epochs, target } = spec.training;
    const trials = options.bestRate ? atBestRates(outcomes, { epochs, target }).trials : outcomes;
    const verdicts = decideClaims({
      trials: trials.map((trial) => ({ ...trial, epochBudget: epochs })),
      layers,
      target,
    });
    console.log(options.json ? JSON.stringify(verdicts, null, 2) : `${spec.name}\n\n${claimsText(verdicts)}`);
  });
}
