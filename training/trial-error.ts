import { BugError, CheckpointError, MachineError, StaleFenceError, UserError } from '../core/errors.ts';

/**
 * An error as one of our classes, by who must act. What is not yet one: a TypeError, ReferenceError or failed assertion
 * can only be our mistake; anything else (memory that cannot be had, native code that gave up) is the machine's.
 */
export function asTrialError(error: unknown): Error {
  if (
    error instanceof UserError ||
    error instanceof MachineError ||
    error instanceof BugError ||
    error instanceof CheckpointError ||
    error instanceof StaleFenceError
  ) {
    return error;
  }
  if (error instanceof TypeError || error instanceof ReferenceError) {
    return new BugError(error.message, { stack: error.stack });
  }
  return new MachineError(error instanceof Error ? error.message : String(error), { cause: error });
}
