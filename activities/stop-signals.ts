import { Context } from '@temporalio/activity';

/** A trainer hands over at the end of a piece of work; one that does not within this time is left with what it saved last. */
const handOverMs = 10_000;

export interface StopSignals {
  /** Nobody will go on with the trial: it leaves at once. */
  readonly abort: AbortSignal;
  /** Another attempt will go on: the trial leaves with a last checkpoint. */
  readonly handOver: AbortSignal;
  dispose(): void;
}

/** How the attempt is told to stop, by who told it. `isPaused`: whether the sweep that cancels its trials will take them up again. */
export function stopSignals(isPaused: () => Promise<boolean>): StopSignals {
  const context = Context.current();
  const { cancellationSignal } = context;
  const abort = new AbortController();
  const handOver = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  const leave = async (): Promise<void> => {
    // Where the database does not say so, the sweep is not paused: the trial then goes on from what it saved last.
    const isWanted = !nobodyWillGoOn(context) || (await isPaused().catch(() => false));
    (isWanted ? handOver : abort).abort(cancellationSignal.reason);
  };
  const onStop = (): void => {
    timer = setTimeout(() => abort.abort(cancellationSignal.reason), handOverMs);
    void leave();
  };
  cancellationSignal.addEventListener('abort', onStop);
  if (cancellationSignal.aborted) onStop();
  return {
    abort: abort.signal,
    handOver: handOver.signal,
    dispose() {
      cancellationSignal.removeEventListener('abort', onStop);
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** The sweep was cancelled, or its workflow is no more. Only of an attempt that was told to stop. */
export function nobodyWillGoOn({ cancellationDetails }: Context): boolean {
  return cancellationDetails?.cancelRequested === true || cancellationDetails?.notFound === true;
}
