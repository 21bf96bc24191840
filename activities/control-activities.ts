import { heartbeat, log } from '@temporalio/activity';
import type { ClaimVerdict } from '../core/claims/claim.ts';
import type { SweepLimits } from '../core/sweep/limits.ts';
import { parseSweep } from '../core/sweep/parse-sweep.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import { checkExtended } from '../core/sweep/extend-sweep.ts';
import { createPlan } from '../core/sweep/plan.ts';
import type {
  NewSweep,
  SweepEvent,
  SweepProgress,
  SweepState,
  SweepStore,
  TrialFailure,
} from '../storage/sweep-store.ts';
import { decideSeeds, type SeedsLook } from './decide-seeds.ts';
import { withTemporalFailures } from './failure.ts';
import { isSweepOpen } from './open-workflows.ts';
import { judgeStoredSweep } from './judge-stored-sweep.ts';

export type { CellSummary, NewSweep, SweepEventKind, SweepProgress } from '../storage/sweep-store.ts';
export type ControlActivities = ReturnType<typeof createControlActivities>;

export interface ControlDependencies {
  readonly store: SweepStore;
  /** How large a sweep may be. */
  readonly limits: SweepLimits;
}

export type VerdictSummary = Pick<ClaimVerdict, 'claim' | 'title' | 'decision' | 'summary'>;

/** A sixth of what the workflow waits for. */
const heartbeatIntervalMs = 10_000;

export interface SweepClosure {
  readonly sweepId: string;
  readonly state: Exclude<SweepState, 'running'>;
  readonly reason: string;
}

/** What the row of a sweep says that its file does not: it was there before, for the workflow was reset. */
export interface OpenedSweep {
  /** The sweep with what it was given beyond its file; null: nothing. */
  readonly extended: SweepSpec | null;
  readonly isPaused: boolean;
}

/** An event that belongs to the request of this id. */
type RequestedEvent = Pick<SweepEvent, 'id' | 'kind' | 'detail'>;

/** What a control worker does for the workflows: checking, and the sweep's row. */
export function createControlActivities({ store, limits }: ControlDependencies) {
  const record = (sweepId: string, { id, kind, detail }: RequestedEvent): Promise<void> =>
    store.recordEvent({ id: `${sweepId}/${id}`, sweepId, kind, detail, worker: null });
  return {
    /** The sweep file with its defaults filled in. Fails with type UserError; the message and details name every mistake. */
    checkSweep: (input: unknown): Promise<SweepSpec> => withTemporalFailures(async () => parseSweep(input, limits)),

    openSweep: (sweep: NewSweep): Promise<OpenedSweep> =>
      withTemporalFailures(async () => {
        await store.openSweep(sweep);
        const { spec } = await store.readSweep(sweep.id);
        return { extended: spec.additions === undefined ? null : spec, isPaused: await store.isPaused(sweep.id) };
      }),

    /** Replaces the sweep's plan by one that has more. Fails with type UserError when it is too large, or has a depth that a network cannot have. */
    extendSweep: ({
      sweepId,
      spec,
      event,
    }: {
      sweepId: string;
      spec: SweepSpec;
      event: RequestedEvent;
    }): Promise<void> =>
      withTemporalFailures(async () => {
        checkExtended(spec, limits);
        await store.extendSweep(sweepId, spec, createPlan(spec).trialCount);
        await record(sweepId, event);
      }),

    setPaused: (change: { sweepId: string; isPaused: boolean; event: RequestedEvent }): Promise<void> =>
      withTemporalFailures(async () => {
        await store.setPaused(change.sweepId, change.isPaused);
        await record(change.sweepId, change.event);
      }),

    recordEvent: ({ sweepId, event }: { sweepId: string; event: RequestedEvent }): Promise<void> =>
      withTemporalFailures(() => record(sweepId, event)),

    failedNumbers: ({ sweepId, after, limit }: { sweepId: string; after: number; limit: number }): Promise<number[]> =>
      withTemporalFailures(() => store.failedNumbers(sweepId, after, limit)),

    closeSweep: ({ sweepId, state, reason }: SweepClosure): Promise<void> =>
      withTemporalFailures(() => store.closeSweep(sweepId, state, reason)),

    /** Verdicts and recommendations by what is there of the sweep, kept in the database; answers the verdicts in short. */
    judgeSweep: (sweepId: string): Promise<VerdictSummary[]> =>
      withTemporalFailures(async () => {
        const beat = setInterval(() => heartbeat(), heartbeatIntervalMs);
        try {
          const { verdicts } = await judgeStoredSweep(store, sweepId);
          return verdicts.map(({ claim, title, decision, summary }) => ({ claim, title, decision, summary }));
        } finally {
          clearInterval(beat);
        }
      }),

    readProgress: (sweepId: string): Promise<SweepProgress> => withTemporalFailures(() => store.progress(sweepId)),

    /** See decide-seeds.ts. */
    decideSeeds: (sweepId: string): Promise<SeedsLook> => withTemporalFailures(() => decideSeeds(store, sweepId)),

    recordFailure: (failure: TrialFailure): Promise<void> => withTemporalFailures(() => store.recordFailure(failure)),

    /**
     * Closes the row of a sweep whose workflow is no longer open. A sweep that was terminated cannot do that itself;
     * its shards, which the termination cancels, ask for it.
     */
    closeOrphanedSweep: ({ sweepId, workflowId }: { sweepId: string; workflowId: string }): Promise<void> =>
      withTemporalFailures(async () => {
        if (await isSweepOpen(workflowId, sweepId)) return;
        log.warn('the sweep workflow was terminated; closing its row', { sweepId, workflowId });
        await store.closeSweep(sweepId, 'cancelled', 'the sweep workflow was terminated');
      }),
  };
}
