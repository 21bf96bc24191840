import { inspect } from 'node:util';
import { ApplicationFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';
import {
  BugError,
  CheckpointError,
  MachineError,
  PoisonError,
  StaleFenceError,
  TrainerCrashError,
  UserError,
} from '../core/errors.ts';

/** `type` of the failure of an attempt whose worker was told to stop: a trial starts anew without its attempts being counted. */
const workerShutdownType = 'WorkerShutdown';

/**
 * What Temporal is told about an error. Only this function decides what is retryable:
 * - UserError: never; the same input can only fail again. Its issues are the failure's details.
 * - MachineError: yes, by the activity's retry policy; a TrainerCrashError soon, for the worker has another process at once.
 * - PoisonError: never.
 * - StaleFenceError: yes; another owner held the trial at that time, a new attempt claims it anew or finds it done.
 * - CheckpointError: yes; another attempt goes on from an older checkpoint, or begins anew.
 * - BugError and whatever nobody expected: never; its context is the failure's details.
 * - an aborted signal: the activity was cancelled.
 */
export function toTemporalFailure(error: unknown): TemporalFailure {
  if (error instanceof TemporalFailure) return error;
  if (error instanceof UserError) {
    return ApplicationFailure.create({
      message: error.message,
      type: error.name,
      nonRetryable: true,
      details: [error.issues],
    });
  }
  if (error instanceof PoisonError) {
    return ApplicationFailure.create({ message: error.message, type: error.name, nonRetryable: true });
  }
  if (error instanceof TrainerCrashError) {
    return ApplicationFailure.create({ message: error.message, type: error.name, nextRetryDelay: '2s', cause: error });
  }
  if (error instanceof MachineError || error instanceof StaleFenceError || error instanceof CheckpointError) {
    return ApplicationFailure.create({ message: error.message, type: error.name, cause: error });
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new CancelledFailure(error.message, [], error);
  }
  const bug = error instanceof Error ? error : new BugError(`something that is no error was thrown: ${String(error)}`);
  return ApplicationFailure.create({
    message: bug.message,
    type: 'BugError',
    nonRetryable: true,
    details: bug instanceof BugError ? [sendable(bug.context)] : [],
    cause: bug,
  });
}

/** As a payload can hold it: one that cannot be converted ends the whole worker in place of the attempt. */
function sendable(context: BugError['context']): unknown {
  try {
    return JSON.parse(
      JSON.stringify(context, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    );
  } catch {
    return inspect(context);
  }
}

/** The attempt ends because its worker stops; another attempt takes the trial up. */
export function workerShutdownFailure(): ApplicationFailure {
  return ApplicationFailure.create({
    message: 'the worker was told to stop before the trial had ended',
    type: workerShutdownType,
    nextRetryDelay: '100ms',
  });
}

/** Every attempt that the sweep allows was spent; `error` ended the last one. */
export function lastAttemptFailure(error: Error): ApplicationFailure {
  return ApplicationFailure.create({
    message: `no attempt succeeded; the last one: ${error.message}`,
    type: error.name,
    nonRetryable: true,
    cause: error,
  });
}

/** Runs an activity's body; what it throws leaves as a Temporal failure. */
export async function withTemporalFailures<Result>(body: () => Promise<Result>): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    throw toTemporalFailure(error);
  }
}
