import { setTimeout as sleep } from 'node:timers/promises';
import {
  CancelledFailure,
  isGrpcServiceError,
  TerminatedFailure,
  type WorkflowHandle,
  WorkflowFailedError,
} from '@temporalio/client';
import { MachineError, UserError } from '../core/errors.ts';
import type { SweepProgress, SweepStore } from '../storage/sweep-store.ts';
import { progressDisplay } from './progress/progress-display.ts';

const pollMs = 500;

export type SweepEnd =
  | { readonly kind: 'completed' }
  | { readonly kind: 'failed'; readonly message: string; readonly mistake: boolean }
  | { readonly kind: 'cancelled'; readonly message: string }
  /** The person stopped watching; the sweep goes on. */
  | { readonly kind: 'left' };

/**
 * Shows a sweep's progress until it ends or the person presses Ctrl-C. Servers that are away for a while are waited for: the
 * sweep does so, too.
 */
export async function followSweep(handle: WorkflowHandle, sweepId: string, store: SweepStore): Promise<SweepEnd> {
  const display = progressDisplay();
  const left = new AbortController();
  const leave = (): void => left.abort();
  process.once('SIGINT', leave);
  let end: SweepEnd | null = null;
  const watched = waitForEnd(handle, left.signal).then((result) => (end = result));
  // A rejection is awaited below, once the display is closed.
  watched.catch(leave);
  let away = false;
  try {
    while (end === null && !left.signal.aborted) {
      try {
        const progress = await progressOf(store, sweepId);
        away = false;
        if (progress !== null) display.show(progress);
      } catch (error) {
        if (!(error instanceof MachineError)) throw error;
        if (!away) display.note(`The database does not answer (${error.message}); waiting for it.`);
        away = true;
      }
      await Promise.race([
        watched.catch(() => undefined),
        sleep(pollMs, undefined, { signal: left.signal }).catch(() => undefined),
      ]);
    }
    if (end !== null) {
      const progress = await progressOf(store, sweepId);
      if (progress !== null) display.show(progress);
    }
  } finally {
    display.end();
    process.off('SIGINT', leave);
  }
  return end ?? Promise.race([watched, Promise.resolve({ kind: 'left' } as const)]);
}

/** Null until the sweep's row is there: its file is being checked. */
async function progressOf(store: SweepStore, sweepId: string): Promise<SweepProgress | null> {
  try {
    return await store.progress(sweepId);
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

async function waitForEnd(handle: WorkflowHandle, signal: AbortSignal): Promise<SweepEnd> {
  for (;;) {
    try {
      await handle.result();
      return { kind: 'completed' };
    } catch (error) {
      if (error instanceof WorkflowFailedError) return describeFailure(error);
      if (!isGrpcServiceError(error)) throw error;
      if (signal.aborted) return { kind: 'left' };
      await sleep(1_000);
    }
  }
}

function describeFailure({ cause, message }: WorkflowFailedError): SweepEnd {
  if (cause instanceof CancelledFailure) return { kind: 'cancelled', message: 'The sweep was cancelled.' };
  if (cause instanceof TerminatedFailure) return { kind: 'cancelled', message: 'The sweep was terminated.' };
  // The innermost failure is what happened; those around it say through what it came.
  let root: Error = cause ?? new Error(message);
  while (root.cause instanceof Error) root = root.cause;
  return { kind: 'failed', message: root.message, mistake: (root as { type?: string }).type === 'UserError' };
}
