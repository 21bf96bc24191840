import { BugError, CheckpointError, MachineError, UserError, type Issue } from '../../core/errors.ts';
import { asTrialError } from '../trial-error.ts';

/** An error as it crosses the border between processes, where structured cloning would lose its class. */
export type WireError =
  | { readonly name: 'UserError'; readonly message: string; readonly issues: readonly Issue[] }
  | { readonly name: 'BugError'; readonly message: string; readonly context: Readonly<Record<string, unknown>> }
  | { readonly name: 'MachineError' | 'CheckpointError'; readonly message: string };

export function toWire(thrown: unknown): WireError {
  const error = asTrialError(thrown);
  if (error instanceof UserError) return { name: 'UserError', message: error.message, issues: error.issues };
  if (error instanceof BugError) {
    // Functions and the like in a context could not be cloned; where it happened is worth keeping.
    const context = JSON.parse(JSON.stringify({ ...error.context, trainerStack: error.stack })) as BugError['context'];
    return { name: 'BugError', message: error.message, context };
  }
  if (error instanceof CheckpointError) return { name: 'CheckpointError', message: error.message };
  return { name: 'MachineError', message: error.message };
}

export function fromWire(wire: WireError): Error {
  switch (wire.name) {
    case 'UserError':
      return new UserError(wire.message, wire.issues);
    case 'BugError':
      return new BugError(wire.message, wire.context);
    case 'CheckpointError':
      return new CheckpointError(wire.message);
    case 'MachineError':
      return new MachineError(wire.message);
  }
}
