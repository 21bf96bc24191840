import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BugError } from '../../../core/errors.ts';
import type { Optimizer } from '../../../core/trial/trial-config.ts';
import { everyActivation } from '../../core/activations/every-activation.ts';
import type { Backend, Stack, StackShape } from '../../../training/backend.ts';
import type { Dataset } from '../../../training/datasets/dataset.ts';
import { builds, buildTitle, losses, optimizers, randomBatches, randomState, shapeAndData } from './cases.ts';

/** What happened to a trial, as bits: parameters and moments, training and validation sums, signals. */
async function outcome(stack: Stack, slot: number): Promise<unknown> {
  const { parameters, moments, step } = await stack.read(slot);
  const signals = await stack.signals(slot, Uint32Array.of(0, 5, 1));
  return {
    step,
    parameters: bits(parameters),
    moments: moments && bits(moments),
    train: await stack.takeTrainSums([slot]),
    validation: await stack.evaluate([slot], 'validation'),
    signals: signals.flatMap((layer) => Object.values(layer).map(bits)),
  };
}

const bits = (values: Float32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');

interface Trial {
  readonly seed: number;
  readonly learningRate: number;
  readonly optimizer: Optimizer;
  /** Rounds [from, to) in which it is trained. */
  readonly from: number;
  readonly to: number;
  /** What its parameters are filled with; null leaves a healthy network. */
  readonly poison: number | null;
}

const rounds = 5;

const plain = fc.record({
  widths: fc.array(fc.constantFrom(1, 4, 5, 16, 17, 33), { maxLength: 3 }),
  network: fc.constant({ name: 'mlp' as const }),
  normalization: fc.constant('none' as const),
});

const mixes = fc
  .record({
    build: fc.oneof(plain, fc.constantFrom(...builds)),
    inputs: fc.constantFrom(1, 6, 9),
    outputs: fc.constantFrom(2, 3, 10),
    batchSize: fc.constantFrom(1, 5, 8, 32),
    activation: fc.constantFrom(...everyActivation),
    loss: fc.constantFrom(...losses),
    kind: fc.constantFrom(...new Set(optimizers.map(({ name }) => name))),
    spare: fc.integer({ min: 0, max: 4 }),
    steps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: rounds, maxLength: rounds }),
    shuffle: fc.nat(),
  })
  .chain((shape) => {
    const trial: fc.Arbitrary<Trial> = fc.record({
      seed: fc.nat(1000),
      learningRate: fc.constantFrom(0, 0.001, 0.05, 3, 1e6),
      optimizer: fc.constantFrom(...optimizers.filter(({ name }) => name === shape.kind)),
      from: fc.integer({ min: 0, max: 2 }),
      to: fc.integer({ min: 3, max: rounds }),
      poison: fc.constantFrom(null, null, null, NaN, Infinity, 1e30),
    });
    return fc.record({ shape: fc.constant(shape), trials: fc.array(trial, { minLength: 2, maxLength: 6 }) });
  });

function stateOf(shape: StackShape, trial: Trial) {
  const state = randomState(shape, trial.seed, trial.optimizer, trial.learningRate);
  return trial.poison === null ? state : { ...state, parameters: state.parameters.fill(trial.poison) };
}

async function alone(backend: Backend, shape: StackShape, dataset: Dataset, trial: Trial, steps: number) {
  const stack = await backend.createStack(shape, dataset, 1);
  stack.place(0, stateOf(shape, trial));
  await stack.train([0], randomBatches(trial.seed, 0, steps, shape.batchSize, 64), steps);
  const result = await outcome(stack, 0);
  stack.dispose();
  return result;
}

/** The law: a slot's bits depend on what was placed there and on its batches, and on nothing else. */
export function independenceContract(backend: () => Backend): void {
  describe('the law of the stack', () => {
    it('a slot has the same bits alone and beside others that join, leave, blow up or are NaN, in any slot of any capacity', async () => {
      await fc.assert(
        fc.asyncProperty(mixes, async ({ shape: drawn, trials }) => {
          const { shape, dataset } = shapeAndData({ ...drawn, ...drawn.build, optimizer: drawn.kind });
          const capacity = trials.length + drawn.spare;
          const stack = await backend().createStack(shape, dataset, capacity);
          const slotOf = (index: number): number => (index * 7 + drawn.shuffle) % capacity;
          const slots = assignSlots(trials.length, capacity, slotOf);
          const done = trials.map(() => 0);
          const together: unknown[] = [];
          for (let round = 0; round <= rounds; round++) {
            for (const [index, trial] of trials.entries()) {
              if (trial.from === round) stack.place(slots[index]!, stateOf(shape, trial));
              if (trial.to === round) together[index] = await outcome(stack, slots[index]!);
            }
            const active = trials.flatMap(({ from, to }, index) => (from <= round && round < to ? [index] : []));
            if (round % 2 === 1) active.reverse();
            const steps = drawn.steps[round] ?? 0;
            if (active.length === 0 || steps === 0) continue;
            const batches = active.map((index) =>
              randomBatches(trials[index]!.seed, done[index]!, steps, shape.batchSize, 64),
            );
            await stack.train(
              active.map((index) => slots[index]!),
              Uint32Array.from(batches.flatMap((rows) => [...rows])),
              steps,
            );
            for (const index of active) done[index]! += steps;
          }
          stack.dispose();
          for (const [index, trial] of trials.entries()) {
            expect(together[index]).toEqual(await alone(backend(), shape, dataset, trial, done[index]!));
          }
        }),
        { numRuns: 50, seed: 2026 },
      );
    });

    const interrupted = [
      ...optimizers.map((optimizer) => ({ optimizer, build: { widths: [7, 7] } })),
      ...builds.map((build) => ({ optimizer: optimizers[3]!, build })),
    ];
    it.each(
      interrupted.map(
        ({ optimizer, build }) => [JSON.stringify(optimizer), buildTitle(build), optimizer, build] as const,
      ),
    )(
      'reading a trial, placing it elsewhere and going on gives the bits of going on without (%s, %s)',
      async (_, __, optimizer, build) => {
        const { shape, dataset } = shapeAndData({
          ...build,
          optimizer: optimizer.name,
          activation: { name: 'gelu' },
        });
        const batches = randomBatches(4, 0, 7, shape.batchSize, 64);
        const half = 3 * shape.batchSize;
        const straight = await backend().createStack(shape, dataset, 2);
        straight.place(0, randomState(shape, 6, optimizer));
        await straight.train([0], batches.subarray(0, half), 3);
        const checkpoint = await straight.read(0);
        await straight.takeTrainSums([0]);
        await straight.train([0], batches.subarray(half), 4);

        const resumed = await backend().createStack(shape, dataset, 5);
        resumed.place(4, randomState(shape, 1, optimizer));
        await resumed.train([4], batches, 7);
        resumed.place(4, checkpoint);
        await resumed.train([4], batches.subarray(half), 4);
        expect(await outcome(resumed, 4)).toEqual(await outcome(straight, 0));
        straight.dispose();
        resumed.dispose();
      },
    );

    it('the same steps give the same bits in one call and in many', async () => {
      const { shape, dataset } = shapeAndData({ optimizer: 'adam', activation: { name: 'elu', alpha: 1 } });
      const batches = randomBatches(4, 0, 9, shape.batchSize, 64);
      const results: unknown[] = [];
      for (const chunk of [9, 1, 4]) {
        const stack = await backend().createStack(shape, dataset, 3);
        stack.place(1, randomState(shape, 6, optimizers[3]!));
        for (let step = 0; step < 9; step += chunk) {
          const steps = Math.min(chunk, 9 - step);
          const rows = batches.subarray(step * shape.batchSize, (step + steps) * shape.batchSize);
          await stack.train([1], rows, steps);
        }
        results.push(await outcome(stack, 1));
        stack.dispose();
      }
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    });

    it('what was placed or read is a copy: later training does not reach it', async () => {
      const { shape, dataset } = shapeAndData({ optimizer: 'momentum' });
      const state = randomState(shape, 1, optimizers[1]!);
      const placed = state.parameters.slice();
      const stack = await backend().createStack(shape, dataset, 1);
      stack.place(0, state);
      await stack.train([0], randomBatches(1, 0, 1, shape.batchSize, 64), 1);
      const read = await stack.read(0);
      const parameters = await stack.readParameters(0);
      expect(parameters).toEqual(read.parameters);
      const copy = { parameters: read.parameters.slice(), moments: read.moments!.slice() };
      await stack.train([0], randomBatches(1, 1, 1, shape.batchSize, 64), 1);
      expect(state.parameters).toEqual(placed);
      expect({ parameters: read.parameters, moments: read.moments }).toEqual(copy);
      expect(parameters).toEqual(copy.parameters);
      stack.dispose();
    });

    it('refuses what can only be a mistake of ours: an empty or unknown slot, a state or batches of a wrong size', async () => {
      const { shape, dataset } = shapeAndData();
      const stack = await backend().createStack(shape, dataset, 2);
      const state = randomState(shape, 1, { name: 'sgd' });
      expect(() => stack.place(2, state)).toThrow(BugError);
      expect(() => stack.place(0, { ...state, parameters: state.parameters.slice(1) })).toThrow(BugError);
      expect(() => stack.place(0, { ...state, optimizer: optimizers[3]! })).toThrow(BugError);
      await expect(stack.read(1)).rejects.toThrow(BugError);
      await expect(stack.readParameters(1)).rejects.toThrow(BugError);
      await expect(stack.train([0], randomBatches(1, 0, 1, shape.batchSize, 64), 1)).rejects.toThrow(BugError);
      stack.place(0, state);
      await expect(stack.train([0], randomBatches(1, 0, 1, shape.batchSize, 64), 2)).rejects.toThrow(BugError);
      stack.dispose();
    });
  });
}

/** A distinct slot for each trial, near where `preferred` points. */
function assignSlots(count: number, capacity: number, preferred: (index: number) => number): number[] {
  const taken = new Set<number>();
  return Array.from({ length: count }, (_, index) => {
    let slot = preferred(index);
    while (taken.has(slot)) slot = (slot + 1) % capacity;
    taken.add(slot);
    return slot;
  });
}
