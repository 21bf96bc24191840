import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { axisLabels } from '../core/sweep/exclusions.ts';
import { createPlan, type Plan } from '../core/sweep/plan.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import { controlActivities } from './activity-options.ts';
import { type PlanAnswer, planQuery, progressQuery, shardReportSignal, type SweepResult } from './messages.ts';
import { planAnswer } from './plan-answer.ts';
import { runShard } from './run-shard.ts';
import { sweepDataset, sweepShareDone, sweepState } from './search-attributes.ts';
import { divideIntoShards, trialsPerRun } from './shards.ts';
import { sweepDetails } from './sweep-details.ts';
import { SweepProgress } from './sweep-progress.ts';
import { emptyTally } from './tally.ts';

/** Bounds the history of the sweep itself, whatever its size: it never has to continue as new and leave its shards behind. */
const reportsPerSweep = 200;
/** Steps of progress at which the best cell is read and the search attributes are renewed. */
const milestones = 20;

/**
 * Runs a sweep from its file (JSON, as it stands) to its end. Fails without a retry with type UserError when the file has
 * mistakes, TooManyFailures when more trials failed than the file tolerates. When cancelled it waits until the trials have
 * stopped and keeps what is done.
 */
export async function sweep(input: unknown): Promise<SweepResult> {
  const { firstExecutionRunId: sweepId, workflowId, startTime } = workflowInfo();
  const progress = new SweepProgress(sweepId, startTime);
  let plan: PlanAnswer | null = null;
  setHandler(progressQuery, () => progress.answer(), { description: 'How far the sweep is' });
  setHandler(planQuery, () => plan, { description: 'What the sweep will do; null until its file is accepted' });

  const spec = await check(input);
  const planned = createPlan(spec);
  plan = planAnswer(spec, planned);
  progress.begin(spec.name, planned.trialCount, spec.run.failureTolerance);
  upsertSearchAttributes([
    { key: sweepDataset, value: axisLabels(spec.axes).dataset.map(String) },
    { key: sweepState, value: progress.state },
    { key: sweepShareDone, value: 0 },
  ]);
  setCurrentDetails(sweepDetails(progress.answer()));

  const close = async (state: 'completed' | 'failed' | 'cancelled', reason: string): Promise<void> => {
    progress.state = state;
    publish(progress, true);
    await CancellationScope.nonCancellable(async () => {
      await condition(allHandlersFinished);
      await controlActivities.closeSweep({ sweepId, state, reason });
    });
  };

  await CancellationScope.nonCancellable(() =>
    controlActivities.openSweep({ id: sweepId, workflowId, spec, trialCount: planned.trialCount }),
  );
  try {
    await runShards(spec, planned, progress, { sweepId, workflowId });
    const { states, reused, best } = await CancellationScope.nonCancellable(() =>
      controlActivities.readProgress(sweepId),
    );
    const { running: _, ...ended } = states;
    progress.best = best;
    await close('completed', `${planned.trialCount} trials ended, ${ended.failed} of them failed`);
    return {
      sweepId,
      name: spec.name,
      trials: planned.trialCount,
      states: ended,
      reused,
      best,
      durationMs: Date.now() - startTime.getTime(),
      howToSee: `npx initsweep results ${workflowId}`,
    };
  } catch (error) {
    if (isCancellation(error)) {
      await close('cancelled', 'the sweep was cancelled');
      throw new CancelledFailure('the sweep was cancelled; the trials that had ended are kept', [], error as Error);
    }
    await close('failed', error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/** The sweep file with its defaults; its mistakes become the workflow's own failure, where a person sees them first. */
async function check(input: unknown): Promise<SweepSpec> {
  try {
    return await controlActivities.checkSweep(input);
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : null;
    if (!(cause instanceof ApplicationFailure) || cause.type !== 'UserError') throw error;
    throw ApplicationFailure.nonRetryable(cause.message, cause.type, ...(cause.details ?? []));
  }
}

/** Resolves when every shard has ended; one that fails, and too many failed trials, stop the others first. */
async function runShards(
  spec: SweepSpec,
  plan: Plan,
  progress: SweepProgress,
  { sweepId, workflowId }: { sweepId: string; workflowId: string },
): Promise<void> {
  const scope = new CancellationScope();
  let milestone = 0;
  setHandler(shardReportSignal, async (report) => {
    progress.receive(report);
    if (progress.hasTooManyFailures) scope.cancel();
    const reached = Math.floor(progress.answer().share * milestones);
    publish(progress, reached > milestone);
    if (reached > milestone) {
      milestone = reached;
      await refreshBest(progress, sweepId);
    }
  });

  const ends = await scope.run(() =>
    Promise.allSettled(
      divideIntoShards(plan, spec.run.concurrency).map(async (shard) => {
        try {
          await runShard({
            ...shard,
            sweepId,
            sweepWorkflowId: workflowId,
            spec,
            trialsPerRun,
            trialsPerReport: Math.ceil(plan.trialCount / reportsPerSweep),
            tally: emptyTally,
          });
        } catch (error) {
          scope.cancel();
          throw error;
        }
      }),
    ),
  );
  if (progress.hasTooManyFailures) {
    const { failed } = progress.tally.states;
    throw ApplicationFailure.nonRetryable(progress.describeFailures(), 'TooManyFailures', {
      failed,
      trials: plan.trialCount,
      failureTolerance: spec.run.failureTolerance,
      reasons: progress.tally.failures,
    });
  }
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  const error = errors.find((candidate) => !isCancellation(candidate)) ?? errors[0];
  if (error !== undefined) throw error;
}

function publish(progress: SweepProgress, alsoSearchable: boolean): void {
  const answer = progress.answer();
  setCurrentDetails(sweepDetails(answer));
  if (!alsoSearchable) return;
  upsertSearchAttributes([
    { key: sweepState, value: answer.state },
    { key: sweepShareDone, value: answer.share },
  ]);
}

async function refreshBest(progress: SweepProgress, sweepId: string): Promise<void> {
  try {
    progress.best = (await controlActivities.readProgress(sweepId)).best;
    setCurrentDetails(sweepDetails(progress.answer()));
  } catch (error) {
    if (isCancellation(error)) return;
    // The best cell is a courtesy: a sweep does not fail for it.
    log.warn('the best cell could not be read', { sweepId, error: String(error) });
  }
}
