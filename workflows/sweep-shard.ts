import {
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  workflowInfo,
} from '@temporalio/workflow';
import { createPlan, type PlannedTrial } from '../core/sweep/plan.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import { controlActivities, trainingActivities } from './activity-options.ts';
import { failureReason, failureType } from './failure-reason.ts';
import { shardReportSignal } from './messages.ts';
import type { Shard } from './shards.ts';
import { endedOf, type Tally, type TrialEnd, withTrial } from './tally.ts';

export interface ShardInput extends Shard {
  readonly sweepId: string;
  /** Workflow id of the sweep. */
  readonly sweepWorkflowId: string;
  readonly spec: SweepSpec;
  /** Trials after which the shard drains and continues as new. */
  readonly trialsPerRun: number;
  /** Trials that end at least between two reports to the sweep. */
  readonly trialsPerReport: number;
  /** Of the runs before this one; `from` is the position after theirs. */
  readonly tally: Tally;
}

/** Time at least between two reports: each costs the server about as much as a trial. */
const reportIntervalMs = 2_000;

/**
 * Runs the trials of one range of plan positions, `concurrency` at a time, one activity each. A trial that finally fails is
 * recorded and its slot goes on. Continues as new between trials, never with one in flight. When cancelled, waits until
 * its trials have stopped. Returns the tally of all runs.
 */
export async function sweepShard(input: ShardInput): Promise<Tally> {
  const { sweepId, sweepWorkflowId, spec } = input;
  const { trainTrial } = trainingActivities(spec.run.attempts);
  const plan = createPlan(spec);
  const scope = CancellationScope.current();
  const reports: Promise<void>[] = [];
  let tally = input.tally;
  let position = input.from;
  let started = 0;
  let running = 0;
  let reported = { ended: endedOf(tally), atMs: Date.now() };

  const next = (): PlannedTrial | null => {
    const isLast = started >= input.trialsPerRun || workflowInfo().continueAsNewSuggested;
    if (isLast || scope.consideredCancelled) return null;
    while (position < input.to) {
      const trial = plan.at(position++);
      if (trial !== null) return trial;
    }
    return null;
  };

  const run = async ({ number, label }: PlannedTrial): Promise<TrialEnd> => {
    for (;;) {
      try {
        return await trainTrial.executeWithOptions({ summary: label }, [{ sweepId, number }]);
      } catch (error) {
        if (failureType(error) === 'WorkerShutdown' && !scope.consideredCancelled) continue;
        if (!(error instanceof ActivityFailure || isCancellation(error))) throw error;
        // Those that never ended are settled when the sweep's row is closed.
        if (scope.consideredCancelled) return { state: 'cancelled', reused: false };
        // Recorded here, for an attempt that was killed cannot say it itself.
        const reason = failureReason(error);
        await CancellationScope.nonCancellable(() =>
          controlActivities.recordFailure({ sweepId, number, key: null, state: 'failed', reason }),
        );
        return { state: 'failed', reused: false, reason };
      }
    }
  };

  const isReportDue = (): boolean =>
    endedOf(tally) - reported.ended >= input.trialsPerReport && Date.now() - reported.atMs >= reportIntervalMs;

  const report = (): Promise<void> => {
    reported = { ended: endedOf(tally), atMs: Date.now() };
    return CancellationScope.nonCancellable(async () => {
      try {
        const sweep = getExternalWorkflowHandle(sweepWorkflowId);
        await sweep.signal(shardReportSignal, { sweepId, shard: input.index, tally, running });
      } catch (error) {
        // The sweep was terminated: this shard is about to be cancelled for that.
        log.warn('the sweep could not be told of progress', { sweepWorkflowId, error: String(error) });
      }
    });
  };

  const slot = async (): Promise<void> => {
    for (let trial = next(); trial !== null; trial = next()) {
      started += 1;
      running += 1;
      const end = await run(trial);
      running -= 1;
      tally = withTrial(tally, end);
      if (isReportDue()) reports.push(report());
    }
  };

  await Promise.all(Array.from({ length: input.concurrency }, slot));
  await Promise.all([...reports, report()]);
  if (scope.consideredCancelled) {
    await CancellationScope.nonCancellable(() =>
      controlActivities.closeOrphanedSweep({ sweepId, workflowId: sweepWorkflowId }),
    );
    throw new CancelledFailure('the shard was cancelled; its trials have stopped');
  }
  if (position < input.to) await continueAsNew<typeof sweepShard>({ ...input, from: position, tally });
  return tally;
}
