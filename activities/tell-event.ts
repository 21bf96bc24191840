import { MachineError, UserError } from '../core/errors.ts';
import type { SweepEvent, SweepStore } from '../storage/sweep-store.ts';

/** Keeps an event for the dashboards. One that cannot be kept hinders nothing: `onFailure` hears why. */
export async function tellEvent(
  store: Pick<SweepStore, 'recordEvent'>,
  event: SweepEvent,
  onFailure: (error: Error) => void,
): Promise<void> {
  try {
    await store.recordEvent(event);
  } catch (error) {
    if (!(error instanceof MachineError || error instanceof UserError)) throw error;
    onFailure(error);
  }
}
