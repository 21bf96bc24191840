import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { FailureKind } from '../core/trial/failure-kind.ts';

/** Why an activity finally failed, as one sentence for a person. */
export function failureReason(failure: unknown): string {
  if (!(failure instanceof ActivityFailure)) return failure instanceof Error ? failure.message : String(failure);
  const cause = failure.cause;
  const reason = cause instanceof TimeoutFailure ? timeoutReason(cause) : (cause?.message ?? failure.message);
  const isLastAttempt = failure.retryState === 'MAXIMUM_ATTEMPTS_REACHED';
  return isLastAttempt ? `no attempt succeeded; the last one: ${reason}` : reason;
}

/** The `type` that activities/failure.ts gave to an activity's failure; null where it has none. */
export function failureType(failure: unknown): string | null {
  const cause = failure instanceof ActivityFailure ? failure.cause : null;
  return cause instanceof ApplicationFailure ? (cause.type ?? null) : null;
}

/** Whose turn it is after an activity finally failed. */
export function failureKind(failure: unknown): FailureKind {
  switch (failureType(failure)) {
    case 'UserError':
      return 'user';
    case 'PoisonError':
      return 'poison';
    case 'BugError':
      return 'bug';
    default:
      return 'machine';
  }
}

function timeoutReason({ timeoutType }: TimeoutFailure): string {
  return timeoutType === 'HEARTBEAT' ? 'its worker was not heard of any more' : `it ran out of time (${timeoutType})`;
}
