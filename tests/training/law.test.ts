import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MachineError } from '../../core/errors.ts';
import type { Initializer } from '../../core/initializers/initializer.ts';
import type { Optimizer, TrialConfig } from '../../core/trial/trial-config.ts';
import type { Backend } from '../../training/backend.ts';
import { createTrainer } from '../../training/stacked-trainer.ts';
import type { Trainer } from '../../training/trainer.ts';
import { cpuBackends, createBackend } from './cpu-backends.ts';
import { interruptedStories, type Interruption, type InterruptedStory } from './interrupted-trials.ts';
import { loadTestDataset, regression, stories, type Story, type TestRungs, trialConfig } from './trial-configs.ts';

/** Bounds the time of one backend on a slow machine; a fast one gets through all runs before. */
const limitMs = 30_000;
const runs = 150;

const initializers: readonly Initializer[] = [
  { name: 'zeros' },
  { name: 'heNormal', mode: 'fanIn', slope: 'activation' },
  { name: 'glorotUniform', gain: 1 },
  { name: 'orthogonal', gain: 1 },
  { name: 'lsuv', tolerance: 0.01, maxIterations: 5 },
  { name: 'normal', sd: 1e20 },
  { name: 'normal', sd: 1e38 },
];

const batch = { name: 'batch' } as const;
const layer = { name: 'layer' } as const;
const residual = { name: 'residual', blockLayers: 1 } as const;
const convolution = { name: 'convolution', kernelSize: 3 } as const;

/** Beside the plain networks; batch normalization with batches that it can do without NaN and with single examples, whose variance is 0. */
const builds: readonly (Pick<TrialConfig, 'depth'> & Partial<TrialConfig>)[] = [
  { depth: 2, normalization: layer },
  { depth: 2, normalization: batch },
  { depth: 2, network: residual },
  { depth: 4, network: { ...residual, blockLayers: 2 }, normalization: batch },
  { depth: 2, network: convolution },
  { depth: 1, network: convolution, normalization: layer },
];

const shapes = fc.record({
  optimizer: fc.constantFrom<Optimizer[]>(
    [{ name: 'sgd' }],
    [{ name: 'nesterov', momentum: 0.9 }],
    [
      { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      { name: 'adam', beta1: 0.8, beta2: 0.99, epsilon: 1e-3 },
    ],
  ),
  width: fc.constantFrom(3, 6),
  build: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(1, 2).map((depth) => ({ depth })) },
    fc.constantFrom(...builds),
  ),
  activation: fc.constantFrom({ name: 'relu' as const }, { name: 'tanh' as const }),
  // 1: an epoch has 64 steps, in two segments.
  batchSize: fc.constantFrom(1, 1, 16, 20),
  task: fc.constantFrom({}, regression),
});

const interruptions: fc.Arbitrary<Interruption> = fc.record({
  afterEvents: fc.integer({ min: 1, max: 12 }),
  checkpoint: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  trainer: fc.nat(1),
});

/** Trials of one shape or two, so that most of them meet in a stack; everything else differs from trial to trial. */
const mixes = fc.array(shapes, { minLength: 1, maxLength: 2 }).chain((drawnShapes) => {
  const trial = fc
    .record({
      shape: fc.constantFrom(...drawnShapes),
      which: fc.nat(1),
      initializer: fc.constantFrom(...initializers),
      epochs: fc.integer({ min: 0, max: 4 }),
      seed: fc.nat(50),
      learningRate: fc.constantFrom(0.001, 0.1, 1e25),
      target: fc.constantFrom(null, { metric: 'trainLoss' as const, threshold: 1 }),
      stopAtTarget: fc.boolean(),
      probes: fc.constantFrom<TrialConfig['probes']>(
        { epochs: [], examples: 1 },
        { epochs: [0, 2, 'last'], examples: 100 },
        { epochs: ['last'], examples: 7 },
      ),
    })
    .map(({ shape: { optimizer, task, build, ...shape }, which, ...changes }) =>
      trialConfig({ ...shape, ...build, ...task, ...changes, optimizer: optimizer[which % optimizer.length]! }),
    );
  const call = fc.record({
    configs: fc.array(trial, { minLength: 1, maxLength: 5 }),
    startMs: fc.nat(8),
    interruptions: fc.array(interruptions, { maxLength: 3 }),
    intervalMs: fc.constantFrom(0, 0, 3),
    rungs: fc.subarray([1, 2, 3]),
    answerMs: fc.constantFrom(0, 0, 2, 8),
  });
  return fc.array(call, { minLength: 1, maxLength: 4 });
});

/** Refuses, by turns, to make stacks of more than one place. */
function shortOfMemory(backend: Backend, refusals: readonly boolean[]): Backend {
  let asked = 0;
  return {
    ...backend,
    async createStack(shape, dataset, capacity) {
      if (capacity > 1 && refusals[asked++ % refusals.length]) throw new MachineError('no memory for this many');
      return backend.createStack(shape, dataset, capacity);
    },
    dispose: async () => {},
  };
}

/** A third of the trials is given up at each of their rungs: what is answered depends on what the trial has come to alone. */
function raceWith(rungs: readonly number[], answerMs: number): TestRungs {
  return {
    rungs,
    ask: async ({ epoch, hasReachedTarget, validationLoss }) => {
      if (answerMs > 0) await delay(answerMs);
      const goesOn = hasReachedTarget || Math.floor(1e6 * validationLoss) % 3 > 0;
      return goesOn ? { goesOn } : { goesOn, reason: `after ${epoch}: ${validationLoss}` };
    },
  };
}

async function alone(backend: Backend, config: TrialConfig, rungs: readonly number[]): Promise<Story> {
  const trainer = createTrainer({ ...backend, preferredCapacity: 1, dispose: async () => {} }, loadTestDataset);
  const [story] = await stories(trainer, [config], 'alone', raceWith(rungs, 0));
  await trainer.close();
  return story!;
}

/** As a trial that was never interrupted tells it. Throws where a record that was handed out again is another one. */
function storyOf({ outcome, records }: InterruptedStory): Story {
  if (!('result' in outcome)) throw new Error('expected a result', { cause: outcome.error });
  const progress = [...records.values()].map(([first, ...again]) => {
    for (const record of again) expect(record).toEqual(first);
    return first!;
  });
  return { progress, outcome: { ...outcome, id: '', result: { ...outcome.result, durationMs: 0 } } };
}

describe.each(cpuBackends)('the law of training (%s)', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createBackend(name);
  });
  afterAll(() => backend.dispose());

  it(
    'a trial has the records and the weights that it has alone, whatever it is trained with, however often it is ' +
      'aborted and goes on from any of its checkpoints, in whatever stack, and however long it waits at its rungs',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          mixes,
          fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 })),
          fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
          async (calls, places, refusals) => {
            const trainers: Trainer[] = places.map((preferredCapacity) =>
              createTrainer({ ...shortOfMemory(backend, refusals), preferredCapacity }, loadTestDataset),
            );
            const together = await Promise.all(
              calls.map(async ({ configs, startMs, interruptions: cuts, intervalMs, rungs, answerMs }, index) => {
                await delay(startMs);
                const race = raceWith(rungs, answerMs);
                return interruptedStories(trainers, configs, cuts, { prefix: `call-${index}`, intervalMs, race });
              }),
            );
            await Promise.all(trainers.map((trainer) => trainer.close()));
            for (const [call, { configs, rungs }] of calls.entries()) {
              for (const [index, config] of configs.entries()) {
                expect(storyOf(together[call]![index]!)).toEqual(await alone(backend, config, rungs));
              }
            }
          },
        ),
        { numRuns: runs, seed: 3, interruptAfterTimeLimit: limitMs },
      );
    },
    4 * limitMs,
  );

  it.each([{}, { depth: 4, network: { ...residual, blockLayers: 2 }, normalization: layer }])(
    'every checkpoint of a trial leads to the same end, those within an epoch too: %j',
    async (build) => {
      const adam: Optimizer = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
      const config = trialConfig({ batchSize: 1, epochs: 4, optimizer: adam, learningRate: 0.01, ...build });
      const trainer = createTrainer({ ...backend, preferredCapacity: 9, dispose: async () => {} }, loadTestDataset);
      const [story] = await interruptedStories([trainer], [config], []);
      const expected = await alone(backend, config, []);
      expect(storyOf(story!)).toEqual(expected);
      // Epoch 0, and the middle and the end of each epoch but the last, which has no end to go on from.
      expect(story!.checkpoints.map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 0], [0, 32], [1, 64], [1, 96], [2, 128], [2, 160], [3, 192], [3, 224],
    ]); // prettier-ignore
      const jobs = story!.checkpoints.map(({ bytes }, index) => ({ id: String(index), config, checkpoint: bytes }));
      const seen = new Map(jobs.map(({ id }) => [id, [] as unknown[]]));
      const outcomes = await trainer.train(
        jobs,
        (progress) => seen.get(progress.id)!.push({ ...progress, id: '' }),
        new AbortController().signal,
      );
      for (const [index, outcome] of outcomes.entries()) {
        expect(outcome).toHaveProperty('result.weightsHash', (expected.outcome as { result: { weightsHash: string } }).result.weightsHash); // prettier-ignore
        expect(seen.get(outcome.id)).toEqual(
          expected.progress.filter(({ epoch }) => epoch.epoch > story!.checkpoints[index]!.epoch),
        );
      }
      await trainer.close();
    },
  );
});
