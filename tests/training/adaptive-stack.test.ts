import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Backend, Stack } from '../../training/backend.ts';
import { createCpuBackend } from '../../training/backends/cpu/cpu-backend.ts';
import { createWasmBackend } from '../../training/backends/wasm/wasm-backend.ts';
import { createTrainer } from '../../training/stacked-trainer.ts';
import type { TrialProgress } from '../../training/trainer.ts';
import { loadTestDataset, never, stories, storyOf, trialConfig } from './trial-configs.ts';

const configs = (count: number, epochs: number) =>
  Array.from({ length: count }, (_, seed) => trialConfig({ seed, epochs }));

async function aloneEach(trials: ReturnType<typeof configs>) {
  const trainer = createTrainer(createCpuBackend(), loadTestDataset);
  const told = [];
  for (const config of trials) told.push(...(await stories(trainer, [config])));
  await trainer.close();
  return told;
}

/** The reference with other stacks; `capacities` are those asked for, in order, and `live` those that exist. */
function wrapped(
  preferredCapacity: number,
  change: (stack: Stack) => Partial<Stack>,
  check: (capacity: number) => void = () => {},
) {
  const backend = createCpuBackend();
  const capacities: number[] = [];
  const live = new Set<Stack>();
  const counting: Backend = {
    ...backend,
    preferredCapacity,
    async createStack(shape, dataset, capacity) {
      capacities.push(capacity);
      check(capacity);
      const stack = await backend.createStack(shape, dataset, capacity);
      live.add(stack);
      const dispose = (): void => {
        live.delete(stack);
        stack.dispose();
      };
      return { ...stack, dispose, ...change(stack) };
    },
  };
  return { trainer: createTrainer(counting, loadTestDataset), capacities, live };
}

afterEach(() => vi.restoreAllMocks());

describe('adaptive stacks', () => {
  it('grow as long as that trains more trials in the same time, then stay, and nothing of a trial changes', async () => {
    // A device that takes as long for one trial as for 16, and in proportion beyond, on a clock that only it moves.
    let clockMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clockMs);
    const { trainer, capacities, live } = wrapped(64, (stack) => ({
      train: async (slots, batches, steps) => {
        clockMs += steps * Math.max(1, slots.length / 16);
        return stack.train(slots, batches, steps);
      },
    }));
    const trials = configs(160, 40);
    const places = new Set<number>();
    const progress: TrialProgress[] = [];
    const outcomes = await trainer.train(
      trials.map((config, index) => ({ id: String(index), config })),
      (update) => {
        places.add(trainer.info.places);
        progress.push(update);
      },
      never,
    );
    expect(outcomes.map((outcome) => storyOf(outcome, progress))).toEqual(await aloneEach(trials));
    expect(capacities).toEqual([8, 16, 32, 16]);
    expect([...places]).toEqual([64, 16]);
    expect(live.size).toBe(0);
    // What was learned of a shape is there when it comes again.
    await stories(trainer, configs(20, 1));
    expect(capacities.slice(4)).toEqual([16]);
    await trainer.close();
  });

  it('are halved until they fit where memory for one cannot be had, and no trial fails for it', async () => {
    const { trainer, capacities } = wrapped(8, () => ({}), (capacity) => {
      if (capacity > 3) throw new RangeError('Array buffer allocation failed');
    }); // prettier-ignore
    const trials = configs(9, 3);
    expect(await stories(trainer, trials)).toEqual(await aloneEach(trials));
    expect(capacities).toEqual([8, 4, 2]);
    await trainer.close();
  });

  it('go on at their size where memory for more cannot be had', async () => {
    const { trainer, capacities } = wrapped(8, () => ({}), (capacity) => {
      if (capacity > 2) throw new RangeError('Array buffer allocation failed');
    }); // prettier-ignore
    const later: Promise<unknown>[] = [];
    const progress: TrialProgress[] = [];
    const trials = configs(8, 6);
    const first = trainer.train(
      trials.slice(0, 2).map((config, index) => ({ id: `first-${index}`, config })),
      (update) => {
        progress.push(update);
        if (update.id === 'first-0' && update.epoch.epoch === 2) later.push(stories(trainer, trials.slice(2)));
      },
      never,
    );
    const expected = await aloneEach(trials);
    for (const [index, outcome] of (await first).entries()) {
      expect(storyOf(outcome, progress)).toEqual(expected[index]);
    }
    expect((await Promise.all(later))[0]).toEqual(expected.slice(2));
    expect(capacities).toEqual([2, 8, 4]);
    await trainer.close();
  });

  it.each(['train', 'evaluate'] as const)(
    'are halved where memory gives out as they work (%s), and no trial fails or tells a record twice',
    async (method) => {
      const { trainer, capacities, live } = wrapped(8, (stack) => ({
        [method]: async (...call: [number[], never, never]) => {
          if (call[0].length > 3) throw new RangeError('out of memory');
          return (stack[method] as (...call: unknown[]) => Promise<unknown>)(...call);
        },
      }));
      const trials = configs(9, 3);
      expect(await stories(trainer, trials)).toEqual(await aloneEach(trials));
      expect(capacities).toEqual([8, 4, 2]);
      expect(live.size).toBe(0);
      await trainer.close();
    },
  );

  it('let a trial fail only when not even it alone can be trained', async () => {
    const { trainer, capacities } = wrapped(8, () => ({}), () => {
      throw new RangeError('Array buffer allocation failed');
    }); // prettier-ignore
    const told = await stories(trainer, configs(3, 1));
    for (const { outcome } of told) expect(outcome).toHaveProperty('error.name', 'MachineError');
    expect(capacities).toEqual([3, 1]);
    await trainer.close();
  });

  it('offer the places that the backend gains from until something else is known', async () => {
    const wasm = createTrainer(await createWasmBackend(), loadTestDataset);
    expect(wasm.info.places).toBe(8);
    await stories(wasm, configs(3, 1));
    expect(wasm.info.places).toBe(8);
    await wasm.close();
  });
});
