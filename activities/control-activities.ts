import { getClient, log } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { MachineError } from '../core/errors.ts';
import type { SweepLimits } from '../core/sweep/limits.ts';
import { parseSweep } from '../core/sweep/parse-sweep.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import type { NewSweep, SweepProgress, SweepState, SweepStore, TrialFailure } from '../storage/sweep-store.ts';
import { withTemporalFailures } from './failure.ts';

export type { CellSummary, NewSweep, SweepProgress } from '../storage/sweep-store.ts';
export type ControlActivities = ReturnType<typeof createControlActivities>;

export interface ControlDependencies {
  readonly store: SweepStore;
  /** How large a sweep may be. */
  readonly limits: SweepLimits;
}

export interface SweepClosure {
  readonly sweepId: string;
  readonly state: Exclude<SweepState, 'running'>;
  readonly reason: string;
}

/** What a control worker does for the workflows: checking, and the sweep's row. */
export function createControlActivities({ store, limits }: ControlDependencies) {
  return {
    /** The sweep file with its defaults filled in. Fails with type UserError; the message and details name every mistake. */
    checkSweep: (input: unknown): Promise<SweepSpec> => withTemporalFailures(async () => parseSweep(input, limits)),

    openSweep: (sweep: NewSweep): Promise<void> => withTemporalFailures(() => store.openSweep(sweep)),

    closeSweep: ({ sweepId, state, reason }: SweepClosure): Promise<void> =>
      withTemporalFailures(() => store.closeSweep(sweepId, state, reason)),

    readProgress: (sweepId: string): Promise<SweepProgress> => withTemporalFailures(() => store.progress(sweepId)),

    recordFailure: (failure: TrialFailure): Promise<void> => withTemporalFailures(() => store.recordFailure(failure)),

    /**
     * Closes the row of a sweep whose workflow is no longer open. A sweep that was terminated cannot do that itself;
     * its shards, which the termination cancels, ask for it.
     */
    closeOrphanedSweep: ({ sweepId, workflowId }: { sweepId: string; workflowId: string }): Promise<void> =>
      withTemporalFailures(async () => {
        if (await isOpen(workflowId, sweepId)) return;
        log.warn('the sweep workflow was terminated; closing its row', { sweepId, workflowId });
        await store.closeSweep(sweepId, 'cancelled', 'the sweep workflow was terminated');
      }),
  };
}

/** Whether the chain of runs that began with `firstRunId` is still open. */
async function isOpen(workflowId: string, firstRunId: string): Promise<boolean> {
  try {
    const { status, raw } = await getClient().workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' && raw.workflowExecutionInfo?.firstRunId === firstRunId;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw new MachineError(`Temporal could not describe workflow ${workflowId}`, { cause: error });
  }
}
