import {
  ApplicationFailure,
  allHandlersFinished,
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
import type { OpenedSweep } from '../activities/control-activities.ts';
import { axisLabels } from '../core/sweep/exclusions.ts';
import { createPlan } from '../core/sweep/plan.ts';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import { controlActivities } from './activity-options.ts';
import { judge } from './judge.ts';
import { planQuery, progressQuery, shardReportSignal, type SweepResult } from './messages.ts';
import { planAnswer } from './plan-answer.ts';
import { publish } from './publish.ts';
import { sweepDataset, sweepShareDone, sweepState } from './search-attributes.ts';
import { ShardCrew } from './shard-crew.ts';
import { SweepControl } from './sweep-control.ts';
import { sweepDetails } from './sweep-details.ts';
import { SweepPlan } from './sweep-plan.ts';
import { SweepProgress } from './sweep-progress.ts';
import { asUserFailure } from './user-failure.ts';

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
  const control = new SweepControl(progress);
  let plan: SweepPlan | null = null;
  setHandler(progressQuery, () => progress.answer(), { description: 'How far the sweep is' });
  setHandler(planQuery, () => plan && planAnswer(plan.spec, createPlan(plan.spec)), {
    description: 'What the sweep will do; null until its file is accepted',
  });

  const file = await check(input);
  const planned = createPlan(file);
  progress.begin(file.name, planned.trialCount, file.run.failureTolerance);
  upsertSearchAttributes([
    { key: sweepDataset, value: axisLabels(file.axes).dataset.map(String) },
    { key: sweepState, value: progress.state },
    { key: sweepShareDone, value: 0 },
  ]);
  setCurrentDetails(sweepDetails(progress.answer()));

  const close = async (state: 'completed' | 'failed' | 'cancelled', reason: string): Promise<void> => {
    control.end();
    progress.state = state;
    publish(progress, true);
    await CancellationScope.nonCancellable(async () => {
      await condition(allHandlersFinished);
      await controlActivities.closeSweep({ sweepId, state, reason });
      progress.verdicts = await judge(sweepId);
      publish(progress, false);
    });
  };

  // Nothing was answered before sweeps could be extended and paused.
  const opened: OpenedSweep | null | undefined = await CancellationScope.nonCancellable(() =>
    controlActivities.openSweep({ id: sweepId, workflowId, spec: file, trialCount: planned.trialCount }),
  );
  const spec = opened?.extended ?? file;
  const isPaused = opened?.isPaused === true;
  if (isPaused) progress.state = 'paused';
  progress.extend(createPlan(spec).trialCount - planned.trialCount);
  const crew = new ShardCrew(
    { sweepId, sweepWorkflowId: workflowId },
    { concurrency: spec.run.concurrency, hold: isPaused ? 'drain' : 'no' },
  );
  plan = new SweepPlan(spec, { sweepId, crew, progress });
  control.begin({ sweepId, crew, plan });
  try {
    await runShards(plan, crew, control, progress);
    control.end();
    const { states, reused, best, epochsPlanned, epochsSpared } = await CancellationScope.nonCancellable(() =>
      controlActivities.readProgress(sweepId),
    );
    const { running: _, ...ended } = states;
    const { total } = progress.answer();
    progress.best = best;
    await close('completed', `${total} trials ended, ${ended.failed} of them failed`);
    return {
      sweepId,
      name: spec.name,
      trials: total,
      states: ended,
      reused,
      best,
      verdicts: progress.verdicts,
      adaptive: plan.adaptive,
      pruning: spec.adaptive?.pruning === undefined ? null : { trials: ended.pruned, epochsPlanned, epochsSpared },
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
    throw asUserFailure(error);
  }
}

/** Resolves when every shard has ended; one that fails, and too many failed trials, stop the others first. */
async function runShards(
  plan: SweepPlan,
  crew: ShardCrew,
  control: SweepControl,
  progress: SweepProgress,
): Promise<void> {
  let milestone = 0;
  setHandler(shardReportSignal, async (report) => {
    progress.receive(report);
    if (progress.hasTooManyFailures) crew.cancel();
    const { share, sweepId } = progress.answer();
    const reached = Math.floor(share * milestones);
    publish(progress, reached > milestone);
    if (reached > milestone) {
      milestone = reached;
      await refreshBest(progress, sweepId);
    }
  });

  plan.start();
  do {
    await CancellationScope.nonCancellable(() => condition(() => crew.isIdle && control.isIdle));
    if (progress.hasTooManyFailures) {
      const { tally } = progress;
      throw ApplicationFailure.nonRetryable(progress.describeFailures(), 'TooManyFailures', {
        failed: tally.states.failed,
        trials: progress.answer().total,
        failureTolerance: plan.spec.run.failureTolerance,
        reasons: tally.failures,
      });
    }
    if (crew.error !== undefined) throw crew.error;
  } while ((await plan.addOpenSeeds()) || !control.isIdle || !crew.isIdle);
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
