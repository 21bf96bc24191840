import type { Priority } from '@temporalio/common';
import { ActivityCancellationType, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { ControlActivities } from '../activities/control-activities.ts';
import type { TrainingActivities } from '../activities/training-activities.ts';
import { controlQueue, trainingQueue } from './task-queues.ts';

/**
 * The database may be away for long; the sweep then waits, for all it asks is idempotent. What cannot succeed is
 * not retried because the failure says so (activities/failure.ts).
 */
const controlOptions: ActivityOptions = {
  taskQueue: controlQueue,
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '500 ms', backoffCoefficient: 2, maximumInterval: '30 s' },
};

/**
 * A worker that died is noticed after the heartbeat timeout. The timeout of a whole attempt is there because Temporal wants
 * one; no trial within the limits of a sweep file lasts a week.
 */
const trainingOptions: ActivityOptions = {
  taskQueue: trainingQueue,
  startToCloseTimeout: '7 days',
  heartbeatTimeout: '30 s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

/** What looks at all of a sweep's trials takes as long as there are many. */
export const longControlActivities = proxyActivities<Pick<ControlActivities, 'decideSeeds'>>({
  ...controlOptions,
  startToCloseTimeout: '30 minutes',
});

export const controlActivities = proxyActivities<ControlActivities>(controlOptions);

/** A sweep of 100,000 trials takes minutes to be judged. It is worth waiting for a database that is away, but not for ever. */
export const judgingActivities = proxyActivities<Pick<ControlActivities, 'judgeSweep'>>({
  ...controlOptions,
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: '12 hours',
  heartbeatTimeout: '1 minute',
});

/**
 * How often a trial may be taken up beyond the attempts that a sweep allows: its claim in the database tells the deaths of workers and orderly stops
 * from errors, and counts only those. This bounds what ends before there is a claim.
 */
const uncountedAttempts = 30;

/** `attempts` is how often one trial may be tried; the waits between leave a machine time to recover. */
export function trainingActivities(attempts: number, priority: Priority) {
  return proxyActivities<TrainingActivities>({
    ...trainingOptions,
    priority,
    retry: {
      initialInterval: '2 s',
      backoffCoefficient: 4,
      maximumInterval: '1 minute',
      maximumAttempts: attempts + uncountedAttempts,
    },
  });
}
