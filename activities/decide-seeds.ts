import { setImmediate } from 'node:timers/promises';
import { decideRegime, looksOf } from '../core/adaptive/adaptive-seeds.ts';
import { groupedBy } from '../core/comparison/grouped-by.ts';
import { BugError } from '../core/errors.ts';
import { createPlan } from '../core/sweep/plan.ts';
import type { SweepStore } from '../storage/sweep-store.ts';

/** What a look at a sweep with adaptive seeds found. */
export interface SeedsLook {
  /** Places of the regimes whose comparison is open: see Addition.regimes. */
  readonly open: readonly number[];
  readonly regimes: number;
}

/** Looks at all regimes of a sweep whose trials so far have ended. The same trials give the same answer. */
export async function decideSeeds(store: SweepStore, sweepId: string): Promise<SeedsLook> {
  const { spec } = await store.readSweep(sweepId);
  const rule = spec.adaptive?.seeds;
  if (rule === undefined) throw new BugError('a sweep without adaptive seeds was looked at', { sweepId });
  const plan = createPlan(spec);
  const added = (spec.additions ?? []).reduce((sum, { axis, count }) => sum + (axis === 'seed' ? count : 0), 0);
  const looks = looksOf(rule, spec.axes.seed.length - added);
  const regimes = groupedBy(await store.outcomes(sweepId), ({ number }) => String(plan.regimeOf(number)));
  const open: number[] = [];
  for (const [regime, trials] of regimes) {
    if (decideRegime(trials, spec.training, rule, looks).isOpen) open.push(Number(regime));
    // Thousands of permutations a regime: the worker's other work goes on between them.
    await setImmediate();
  }
  return { open: open.sort((a, b) => a - b), regimes: regimes.size };
}
