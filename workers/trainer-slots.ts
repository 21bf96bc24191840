import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';
import type { Trainer } from '../training/trainer.ts';

/** How soon a trainer that has more places than before is given more trials, ms. */
const growthCheckMs = 500;

/**
 * As many activities at once as the trainer has places at that moment: what it learns about its stacks while it trains changes their
 * number. Where places become fewer nobody is sent away; none is taken until enough have left.
 */
export function trainerSlots(trainer: Pick<Trainer, 'info'>): CustomSlotSupplier<ActivitySlotInfo> {
  const waiting = new Set<(permit: SlotPermit) => void>();
  let taken = 0;
  let growthCheck: NodeJS.Timeout | null = null;

  const take = (): SlotPermit | null => {
    if (taken >= trainer.info.places) return null;
    taken += 1;
    return {};
  };
  const handOut = (): void => {
    for (const resolve of waiting) {
      const permit = take();
      if (permit === null) break;
      waiting.delete(resolve);
      resolve(permit);
    }
    if (waiting.size > 0) {
      growthCheck ??= setInterval(handOut, growthCheckMs).unref();
    } else if (growthCheck !== null) {
      clearInterval(growthCheck);
      growthCheck = null;
    }
  };

  return {
    type: 'custom',

    reserveSlot(_, abortSignal) {
      return new Promise((resolve, reject) => {
        const give = (permit: SlotPermit): void => {
          abortSignal.removeEventListener('abort', stop);
          resolve(permit);
        };
        const stop = (): void => {
          waiting.delete(give);
          handOut();
          reject(abortSignal.reason as Error);
        };
        if (abortSignal.aborted) return stop();
        abortSignal.addEventListener('abort', stop, { once: true });
        waiting.add(give);
        handOut();
      });
    },

    tryReserveSlot: take,

    markSlotUsed() {},

    releaseSlot() {
      taken -= 1;
      handOut();
    },
  };
}
