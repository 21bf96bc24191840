import type { SlotReserveContext } from '@temporalio/worker';
import fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { trainerSlots } from '../../workers/trainer-slots.ts';

const context = {} as SlotReserveContext;
const released = {} as Parameters<ReturnType<typeof trainerSlots>['releaseSlot']>[0];
const never = new AbortController().signal;

function slotsOf(places: number) {
  const info = { backend: 'cpu', arithmetic: 'none', description: '', places };
  return { slots: trainerSlots({ info }), setPlaces: (count: number) => (info.places = count) };
}

/** Whether it is settled once everything that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([promise.then(() => true), sleep(0, false)]);
}

describe('slots of a training worker', () => {
  test('are as many as the trainer has places, and one that is given back is given out again', async () => {
    const { slots } = slotsOf(2);
    await Promise.all([slots.reserveSlot(context, never), slots.reserveSlot(context, never)]);
    expect(slots.tryReserveSlot(context)).toBeNull();
    const third = slots.reserveSlot(context, never);
    expect(await isSettled(third)).toBe(false);
    slots.releaseSlot(released);
    expect(await isSettled(third)).toBe(true);
  });

  test('become more when the trainer learns that more would gain', async () => {
    const { slots, setPlaces } = slotsOf(1);
    await slots.reserveSlot(context, never);
    const waiting = [slots.reserveSlot(context, never), slots.reserveSlot(context, never)];
    setPlaces(3);
    expect(await Promise.all(waiting)).toHaveLength(2);
  });

  test('become fewer as trials leave', async () => {
    const { slots, setPlaces } = slotsOf(2);
    await Promise.all([slots.reserveSlot(context, never), slots.reserveSlot(context, never)]);
    setPlaces(1);
    slots.releaseSlot(released);
    expect(slots.tryReserveSlot(context)).toBeNull();
    slots.releaseSlot(released);
    expect(slots.tryReserveSlot(context)).not.toBeNull();
  });

  test('are not waited for by a poll that was given up', async () => {
    const { slots } = slotsOf(1);
    await slots.reserveSlot(context, never);
    const controller = new AbortController();
    const abandoned = slots.reserveSlot(context, controller.signal);
    const next = slots.reserveSlot(context, never);
    controller.abort();
    await expect(abandoned).rejects.toMatchObject({ name: 'AbortError' });
    await expect(slots.reserveSlot(context, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    slots.releaseSlot(released);
    expect(await isSettled(next)).toBe(true);
  });

  test('never exceed the places, whatever the order of taking, giving up and giving back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom('reserve', 'abort', 'release', 'try'), { maxLength: 60 }),
        async (places, steps) => {
          const { slots } = slotsOf(places);
          const open: AbortController[] = [];
          let held = 0;
          for (const step of steps) {
            if (step === 'reserve') {
              const controller = new AbortController();
              open.push(controller);
              slots.reserveSlot(context, controller.signal).then(() => (held += 1), () => {}); // prettier-ignore
            } else if (step === 'abort') open.shift()?.abort();
            else if (step === 'try') held += slots.tryReserveSlot(context) === null ? 0 : 1;
            else if (held > 0) {
              held -= 1;
              slots.releaseSlot(released);
            }
            await sleep(0);
            expect(held).toBeLessThanOrEqual(places);
          }
          for (const controller of open) controller.abort();
        },
      ),
      { numRuns: 50 },
    );
  });
});
