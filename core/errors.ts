/** One mistake in a person's input: where it is, what stands there, and what may stand there instead. */
export interface Issue {
  /** Dotted path into the input, such as `axes.initializer[1].sd`; empty for the input as a whole. */
  readonly path: string;
  /** The offending value as JSON text, shortened; absent where the value is missing. */
  readonly value?: string;
  /** What is wrong and how to mend it, as one sentence. */
  readonly message: string;
}

/** The user must act: the same input can never succeed, so nothing retries it. The message says the mend. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly issues: readonly Issue[];

  constructor(message: string, issues: readonly Issue[] = []) {
    super(message);
    this.issues = issues;
  }
}

/** A machine failed (a process died, memory ran out, a server is away): another attempt may succeed. */
export class MachineError extends Error {
  override readonly name: string = 'MachineError';
}

/** The process that trained died, or hung and was killed. Any of the trials in it may be the cause: who attempts them again must ask which. */
export class TrainerCrashError extends MachineError {
  override readonly name = 'TrainerCrashError';
  /** Names the process among all that ever were. */
  readonly process: string;

  constructor(message: string, process: string) {
    super(message);
    this.process = process;
  }
}

/** A trial kills the processes that train it, and must not be tried again before a person has mended the cause. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
}

/** A newer attempt or another owner holds the trial; whoever receives this stops and writes nothing more. */
export class StaleFenceError extends Error {
  override readonly name = 'StaleFenceError';
}

/**
 * A checkpoint that no trial can go on from: torn, damaged, of another version, or of another trial, arithmetic or data
 * set. Whoever receives this takes an older one or starts the trial anew.
 */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
}

/** Our own mistake: an invariant does not hold. Carries what is needed to reproduce it; a retry would only repeat it. */
export class BugError extends Error {
  override readonly name = 'BugError';
  readonly context: Readonly<Record<string, unknown>>;

  constructor(message: string, context: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.context = context;
  }
}
