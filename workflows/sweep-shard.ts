import {
  ActivityFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { createPlan, type PlannedTrial } from '../core/sweep/plan.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import { controlActivities, trainingActivities } from './activity-options.ts';
import { type Hold, type ShardOrders, shardOrdersSignal } from './control-messages.ts';
import { failureKind, failureReason, failureType } from './failure-reason.ts';
import { shardReportSignal } from './messages.ts';
import type { Shard } from './shards.ts';
import { trialPriority } from './trial-priority.ts';
import { endedOf, type Tally, type TrialEnd, withTrial } from './tally.ts';

export interface ShardInput extends Shard {
  readonly sweepId: string;
  /** Workflow id of the sweep. */
  readonly sweepWorkflowId: string;
  readonly spec: SweepSpec;
  /** Numbers of trials to run instead of what the plan has at those positions. */
  readonly numbers?: readonly number[];
  readonly hold?: Hold;
  /** Numbers of trials that were called back in the run before, and start first. */
  readonly again?: readonly number[];
  /** Trials after which the shard drains and continues as new. */
  readonly trialsPerRun: number;
  /** Of those, as many as the first run does without, so that the shards of a sweep do not all drain at the same time. */
  readonly missingInFirstRun?: number;
  /** Trials that end at least between two reports to the sweep. */
  readonly trialsPerReport: number;
  /** Of the runs before this one; `from` is the position after theirs. */
  readonly tally: Tally;
  /** Trials that had ended, and those of them that had failed, at the last report; absent: each run reports at its end. */
  readonly reported?: { readonly ended: number; readonly failed: number };
}

/** Time at least between two reports: each costs the server about as much as a trial. */
const reportIntervalMs = 2_000;
/** A sweep whose trials fail hears of it before many have: at so many, and whenever they have doubled. */
const failuresPerReport = 20;

/**
 * Runs the trials of one range of plan positions, `concurrency` at a time, one activity each. A trial that finally fails is
 * recorded and its slot goes on. Its sweep may change the concurrency, hold the trials that have not started, and call back those
 * that have. Continues as new between trials, never with one in flight. When cancelled, waits until its trials have stopped. Returns
 * the tally of all runs.
 */
export async function sweepShard({ missingInFirstRun = 0, ...input }: ShardInput): Promise<Tally> {
  const { sweepId, sweepWorkflowId, spec, numbers } = input;
  const plan = createPlan(spec);
  const { trainTrial } = trainingActivities(spec.run.attempts, trialPriority(sweepId, spec, plan.trialCount));
  const scope = CancellationScope.current();
  const reports: Promise<void>[] = [];
  const again = [...(input.again ?? [])];
  let orders: ShardOrders = { concurrency: input.concurrency, hold: input.hold ?? 'no' };
  /** Of the trials in flight; cancelled when they are called back, and then replaced. */
  let flight = new CancellationScope();
  let tally = input.tally;
  let position = input.from;
  let started = missingInFirstRun;
  let running = 0;
  let reported = { ...(input.reported ?? { ended: endedOf(tally), failed: 0 }), atMs: Date.now() };
  let failure: Error | null = null;

  const isLast = (): boolean => started >= input.trialsPerRun || workflowInfo().continueAsNewSuggested;

  const next = (): PlannedTrial | null => {
    if (isLast() || scope.consideredCancelled) return null;
    const called = again.shift();
    if (called !== undefined) return plan.decode(called);
    while (position < input.to) {
      const trial = numbers === undefined ? plan.at(position) : plan.decode(numbers[position]!);
      position += 1;
      if (trial !== null) return trial;
    }
    return null;
  };

  /** Null: it was called back. */
  const run = async ({ number, label }: PlannedTrial): Promise<TrialEnd | null> => {
    const own = flight;
    for (;;) {
      try {
        return await own.run(() => trainTrial.executeWithOptions({ summary: label }, [{ sweepId, number }]));
      } catch (error) {
        if (!(error instanceof ActivityFailure || isCancellation(error))) throw error;
        // Those that never ended are settled when the sweep's row is closed.
        if (scope.consideredCancelled) return { state: 'cancelled', reused: false };
        if (own.consideredCancelled) return null;
        if (failureType(error) === 'WorkerShutdown') continue;
        // Recorded here, for an attempt that was killed cannot say it itself.
        const reason = failureReason(error);
        await CancellationScope.nonCancellable(() =>
          controlActivities.recordFailure({
            sweepId,
            number,
            key: null,
            state: 'failed',
            reason,
            kind: failureKind(error),
          }),
        );
        return { state: 'failed', reused: false, reason };
      }
    }
  };

  const isReportDue = (): boolean => {
    const { failed } = tally.states;
    const isFailing = input.reported !== undefined && failed >= Math.max(failuresPerReport, 2 * reported.failed);
    return (
      (endedOf(tally) - reported.ended >= input.trialsPerReport || isFailing) &&
      Date.now() - reported.atMs >= reportIntervalMs
    );
  };

  const report = (): Promise<void> => {
    reported = { ended: endedOf(tally), failed: tally.states.failed, atMs: Date.now() };
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

  const train = async (trial: PlannedTrial): Promise<void> => {
    const end = await run(trial);
    running -= 1;
    if (end === null) again.push(trial.number);
    else tally = withTrial(tally, end);
    if (isReportDue() || (running === 0 && orders.hold !== 'no')) reports.push(report());
    fill();
  };

  const fill = (): void => {
    while (orders.hold === 'no' && running < orders.concurrency) {
      const trial = next();
      if (trial === null) return;
      started += 1;
      running += 1;
      train(trial).catch((error: Error) => (failure ??= error));
    }
  };

  setHandler(shardOrdersSignal, (given) => {
    orders = given;
    if (orders.hold === 'now') flight.cancel();
    else if (flight.consideredCancelled) flight = new CancellationScope({ cancellable: true, parent: scope });
    fill();
  });
  fill();
  const isOver = (): boolean => scope.consideredCancelled || (position >= input.to && again.length === 0);
  const isDone = (): boolean => running === 0 && (isLast() || isOver());
  await CancellationScope.nonCancellable(() => condition(() => failure !== null || isDone()));
  if (failure !== null) throw failure as Error;
  if (isOver() || input.reported === undefined || isReportDue()) reports.push(report());
  await Promise.all(reports);
  if (scope.consideredCancelled) {
    await CancellationScope.nonCancellable(() =>
      controlActivities.closeOrphanedSweep({ sweepId, workflowId: sweepWorkflowId }),
    );
    throw new CancelledFailure('the shard was cancelled; its trials have stopped');
  }
  if (!isOver()) {
    const { ended, failed } = reported;
    const carried = input.reported === undefined ? {} : { reported: { ended, failed } };
    await continueAsNew<typeof sweepShard>({ ...input, ...orders, from: position, again, tally, ...carried });
  }
  return tally;
}
