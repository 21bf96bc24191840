import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

/** An activity's UserError as a failure of its own, so that a person sees it first; anything else as it came. */
export function asUserFailure(error: unknown): unknown {
  const cause = error instanceof ActivityFailure ? error.cause : null;
  if (!(cause instanceof ApplicationFailure) || cause.type !== 'UserError') return error;
  return ApplicationFailure.nonRetryable(cause.message, cause.type, ...(cause.details ?? []));
}
