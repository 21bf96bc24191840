import { cellsOfRace, prunedReason, raceOf, rungsOf } from '../core/adaptive/pruning.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import { cellOf } from '../core/trial/labels.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { Fenced, SweepStore } from '../storage/sweep-store.ts';
import type { RungAnswer, RungQuestion } from '../training/trainer.ts';

/** A trial of a sweep with pruning: where it is asked whether it goes on, and what it is told. */
export interface Race {
  readonly rungs: readonly number[];
  /** Throws what the store throws. */
  answer(trial: Fenced, question: RungQuestion): Promise<RungAnswer>;
  /** Counts the trial, which has ended without being given up, at the rungs where it was not asked; see SweepStore.passRungs. */
  pass(): Promise<void>;
}

/** Null: the sweep gives no trial up. */
export function raceOfTrial(
  store: Pick<SweepStore, 'standAtRung' | 'passRungs'>,
  { adaptive, axes, training }: SweepSpec,
  { sweepId, number, config }: { readonly sweepId: string; readonly number: number; readonly config: TrialConfig },
): Race | null {
  const pruning = adaptive?.pruning;
  if (pruning === undefined) return null;
  const rungs = rungsOf(pruning, training.epochs, cellsOfRace(axes));
  const owner = { sweepId, number, race: raceOf(cellOf(config)) };
  const { reduction } = pruning;
  return {
    rungs,
    async answer(trial, { epoch, hasReachedTarget, validationLoss }) {
      const entry = { hasReachedTarget, validationLoss };
      const decision = await store.standAtRung(trial, { ...owner, epoch, reduction, entry });
      return decision.isKept ? { goesOn: true } : { goesOn: false, reason: prunedReason(epoch, entry, decision) };
    },
    pass: () => store.passRungs(owner, rungs),
  };
}
