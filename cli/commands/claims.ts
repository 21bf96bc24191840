import { judgeStoredSweep } from '../../activities/judge-stored-sweep.ts';
import { decideClaims } from '../../core/claims/decide-claims.ts';
import type { ClaimVerdict } from '../../core/claims/claim.ts';
import { atBestRates } from '../../core/comparison/best-rate.ts';
import type { StoredSweep, SweepStore } from '../../storage/sweep-store.ts';
import { findSweep } from '../find-sweep.ts';
import { claimsText } from '../report/claims-text.ts';
import { withStack } from '../stack-connection.ts';

/**
 * `initsweep claims ID`: what a stored sweep decides about the six claims, as text or as JSON. Computed from its trials; the verdicts of a sweep that
 * has ended are kept where none are, or older ones.
 */
export async function claimsCommand(
  id: string,
  options: { readonly json?: true; readonly bestRate?: true },
): Promise<void> {
  await withStack(async ({ store }) => {
    const sweep = await findSweep(store, id);
    const verdicts = options.bestRate ? await atEachBestRate(store, sweep) : await atEachRate(store, sweep);
    console.log(options.json ? JSON.stringify(verdicts, null, 2) : `${sweep.spec.name}\n\n${claimsText(verdicts)}`);
  });
}

async function atEachRate(store: SweepStore, { id, state, spec }: StoredSweep): Promise<readonly ClaimVerdict[]> {
  if (state !== 'running') return (await judgeStoredSweep(store, id)).verdicts;
  return decideClaims({ trials: await store.probedOutcomes(id), target: spec.training.target });
}

async function atEachBestRate(store: SweepStore, { id, spec }: StoredSweep): Promise<readonly ClaimVerdict[]> {
  const { trials } = atBestRates(await store.probedOutcomes(id), spec.training);
  return decideClaims({ trials, target: spec.training.target });
}
