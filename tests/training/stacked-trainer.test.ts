import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BugError, MachineError, UserError } from '../../core/errors.ts';
import type { Initializer } from '../../core/initializers/initializer.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import type { TrialResult } from '../../core/trial/trial-record.ts';
import type { Backend } from '../../training/backend.ts';
import { createCpuBackend } from '../../training/backends/cpu/cpu-backend.ts';
import { createTrainer } from '../../training/stacked-trainer.ts';
import type { TrialOutcome, TrialProgress } from '../../training/trainer.ts';
import { loadTestDataset, never, regression, stories, trialConfig } from './trial-configs.ts';

const trainerOf = (places: number, backend: Backend = createCpuBackend()) =>
  createTrainer({ ...backend, preferredCapacity: places }, loadTestDataset);

function resultOf(outcome: TrialOutcome | undefined): TrialResult {
  if (!outcome || !('result' in outcome)) throw new Error('expected a result', { cause: outcome });
  return outcome.result;
}

function errorOf(outcome: TrialOutcome | undefined): Error {
  if (!outcome || !('error' in outcome)) throw new Error('expected an error', { cause: outcome });
  return outcome.error;
}

async function trainOne(changes: Partial<TrialConfig>): Promise<{ result: TrialResult; progress: TrialProgress[] }> {
  const trainer = trainerOf(1);
  const progress: TrialProgress[] = [];
  const job = { id: 'one', config: trialConfig(changes) };
  const [outcome] = await trainer.train([job], (update) => progress.push(update), never);
  await trainer.close();
  return { result: resultOf(outcome), progress };
}

describe('stacked trainer', () => {
  it('moves a trial into a larger stack when others come, with its moments, and its numbers stay', async () => {
    const config = trialConfig({ optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }, epochs: 6 });
    const capacities: number[] = [];
    const backend = createCpuBackend();
    const trainer = trainerOf(4, {
      ...backend,
      createStack(shape, dataset, capacity) {
        capacities.push(capacity);
        return backend.createStack(shape, dataset, capacity);
      },
    });
    const later: Promise<unknown>[] = [];
    const [outcome] = await trainer.train(
      [{ id: 'first', config }],
      ({ epoch }) => {
        if (epoch.epoch === 2) later.push(stories(trainer, [{ ...config, seed: 2 }]));
        if (epoch.epoch === 4) later.push(stories(trainer, [{ ...config, seed: 3 }, { ...config, seed: 4 }])); // prettier-ignore
      },
      never,
    );
    await Promise.all(later);
    await trainer.close();
    expect(capacities).toEqual([1, 2, 4]);
    expect(resultOf(outcome).weightsHash).toBe((await trainOne(config)).result.weightsHash);
  });

  it('tells of each piece of work, also between two records', async () => {
    let turns = 0;
    const trainer = createTrainer(createCpuBackend(), loadTestDataset, { onTurn: () => (turns += 1) });
    const seen: number[] = [];
    const config = trialConfig({ epochs: 2, batchSize: 1, width: 64, depth: 8 });
    await trainer.train([{ id: 'one', config }], () => seen.push(turns), never);
    await trainer.close();
    expect(seen.length).toBeGreaterThanOrEqual(2);
    expect(seen[1]! - seen[0]!).toBeGreaterThan(1);
  });

  it('answers in the order of the jobs, each with epochs 0, 1, 2, ... of its own', async () => {
    const trainer = trainerOf(2);
    const configs = [4, 0, 2, 3, 1].map((epochs) => trialConfig({ epochs }));
    const told = await stories(trainer, configs);
    expect(told.map(({ outcome }) => resultOf(outcome).epochsRun)).toEqual([4, 0, 2, 3, 1]);
    for (const [index, { progress }] of told.entries()) {
      const epochs = Array.from({ length: configs[index]!.epochs + 1 }, (_, epoch) => epoch);
      expect(progress.map(({ epoch }) => epoch.epoch)).toEqual(epochs);
      expect(progress.map(({ epoch }) => epoch.step)).toEqual(epochs.map((epoch) => epoch * 4));
    }
    await trainer.close();
  });

  it('learns', async () => {
    const { result, progress } = await trainOne({
      epochs: 40,
      width: 16,
      target: { metric: 'trainAccuracy', threshold: 0.95 },
    });
    expect(result).toMatchObject({ state: 'converged', epochsToTarget: result.epochsRun });
    expect(result.stepsToTarget).toBe(result.epochsRun * 4);
    expect(result.reason).toBe(`Reached trainAccuracy 0.95 after epoch ${result.epochsToTarget}.`);
    expect(progress.at(-1)!.epoch.trainAccuracy).toBeGreaterThanOrEqual(0.95);
    expect(progress.at(-2)!.epoch.trainAccuracy).toBeLessThan(0.95);
    expect(result.bestValidationLoss).toBe(Math.min(...progress.map(({ epoch }) => epoch.validationLoss!)));
    expect(result.bestValidationAccuracy).toBe(Math.max(...progress.map(({ epoch }) => epoch.validationAccuracy!)));
  });

  it('goes on after the target where that is asked for, and remembers when it was met', async () => {
    const config = { epochs: 30, target: { metric: 'trainLoss', threshold: 0.9 }, stopAtTarget: false } as const;
    const { result } = await trainOne(config);
    expect(result).toMatchObject({ state: 'converged', epochsRun: 30 });
    expect(result.epochsToTarget).toBeLessThan(30);
    const stopped = await trainOne({ ...config, stopAtTarget: true });
    expect(stopped.result.epochsRun).toBe(result.epochsToTarget);
  });

  it('says that a target was not reached, or that there was none', async () => {
    const missed = await trainOne({ target: { metric: 'validationAccuracy', threshold: 1.1 }, epochs: 2 });
    expect(missed.result).toMatchObject({
      state: 'notConverged',
      epochsToTarget: null,
      stepsToTarget: null,
      epochsRun: 2,
    });
    expect(missed.result.reason).toBe('Did not reach validationAccuracy 1.1 within 2 epochs.');
    const free = await trainOne({ epochs: 1 });
    expect(free.result).toMatchObject({
      state: 'notConverged',
      reason: 'Trained for all 1 epochs; no target was set.',
    });
  });

  it('ends a trial that diverges at once, with a sentence that says when and no number that is not finite', async () => {
    const { result, progress } = await trainOne({
      learningRate: 1e25,
      epochs: 9,
      probes: { epochs: ['last'], examples: 8 },
    });
    expect(result).toMatchObject({ state: 'diverged', epochsRun: 1, testLoss: null });
    expect(result.reason).toBe('Diverged: the training loss became NaN or infinite in epoch 1.');
    expect(progress.map(({ epoch }) => epoch.trainLoss === null)).toEqual([false, true]);
    expect(progress[1]!.layers[0]!.gradientNorm).toBeNull();
    const born = await trainOne({ initializer: { name: 'normal', sd: 1e38 } });
    expect(born.result).toMatchObject({ state: 'diverged', epochsRun: 0, stepsRun: 0 });
    expect(born.result.reason).toBe('Diverged: the training loss of the untrained network is NaN or infinite.');
  });

  it('probes at the epochs asked for and once at the end', async () => {
    const probedAt = async (epochs: TrialConfig['probes']['epochs']) => {
      const { progress } = await trainOne({ epochs: 3, probes: { epochs, examples: 10 } });
      return progress
        .filter(({ layers }) => layers.length > 0)
        .map(({ epoch, layers }) => [epoch.epoch, layers.length]);
    };
    expect(await probedAt([])).toEqual([]);
    expect(await probedAt([0, 2])).toEqual([[0, 3], [2, 3]]); // prettier-ignore
    expect(await probedAt([1, 3, 'last', 99])).toEqual([[1, 3], [3, 3]]); // prettier-ignore
  });

  it('keeps all units of a layer alike from zeros, and not from a random start', async () => {
    const cosines = async (initializer: Initializer) => {
      const { progress } = await trainOne({ initializer, activation: { name: 'sigmoid' }, epochs: 5 });
      return progress
        .at(-1)!
        .layers.slice(0, 2)
        .map(({ unitCosine }) => unitCosine);
    };
    for (const cosine of await cosines({ name: 'zeros' })) expect(cosine).toBeCloseTo(1, 5);
    for (const cosine of await cosines({ name: 'glorotNormal', gain: 1 })) expect(cosine).toBeLessThan(0.9);
  });

  it('depends on the seed, and hashes weights and data', async () => {
    const [first, again, other] = [await trainOne({}), await trainOne({}), await trainOne({ seed: 2 })];
    expect(again.result.weightsHash).toBe(first.result.weightsHash);
    expect(other.result.weightsHash).not.toBe(first.result.weightsHash);
    expect(first.result.weightsHash).toMatch(/^[0-9a-f]{64}$/);
    expect(first.result.datasetHash).toBe('random-classification-5-3-1');
    expect(first.result.parameterCount).toBe(5 * 6 + 6 + 6 * 6 + 6 + 6 * 3 + 3);
    expect(first.result.durationMs).toBeGreaterThan(0);
  });

  it('fails a trial that does not fit its data with the mend, and no other', async () => {
    const trainer = trainerOf(3);
    const outcomes = await stories(trainer, [
      trialConfig({ batchSize: 65 }),
      trialConfig(),
      trialConfig({ loss: 'huber' }),
      trialConfig({ ...regression, target: { metric: 'validationAccuracy', threshold: 1 } }),
    ]);
    const messages = [0, 2, 3].map((index) => {
      const error = errorOf(outcomes[index]!.outcome);
      expect(error).toBeInstanceOf(UserError);
      return error.message;
    });
    expect(messages).toEqual([
      'batchSize 65 is more than the 64 training examples of data set spirals; choose at most 64.',
      'Data set spirals is for classification; loss huber is not, choose crossEntropy.',
      'Data set gaussian is for regression, which has no accuracy; choose a target on validationLoss or trainLoss, not validationAccuracy.',
    ]);
    expect(resultOf(outcomes[1]!.outcome).epochsRun).toBe(3);
    await trainer.close();
  });

  it('fails only the trials whose data set cannot be loaded', async () => {
    const trainer = createTrainer(createCpuBackend(), async (spec) => {
      if (spec.name === 'gaussian') throw new UserError('There is no such file.');
      return loadTestDataset(spec);
    });
    const [broken, fine] = await stories(trainer, [trialConfig(regression), trialConfig()]);
    expect(errorOf(broken!.outcome)).toEqual(new UserError('There is no such file.'));
    expect(resultOf(fine!.outcome).epochsRun).toBe(3);
    await expect(trainer.inspect(regression.dataset)).rejects.toThrow('There is no such file.');
    expect(await trainer.inspect(trialConfig().dataset)).toEqual({
      hash: 'random-classification-5-3-1',
      task: 'classification',
      inputs: 5,
      outputs: 3,
      trainExamples: 64,
    });
    await trainer.close();
  });

  it('fails what was in a stack that broke after it had worked, and trains on with a fresh one', async () => {
    const backend = createCpuBackend();
    let calls = 0;
    const trainer = trainerOf(2, {
      ...backend,
      async createStack(...args) {
        const stack = await backend.createStack(...args);
        const train: typeof stack.train = async (...call) => {
          if (++calls === 6) throw new RangeError('out of memory');
          return stack.train(...call);
        };
        return { ...stack, train };
      },
    });
    const told = await stories(
      trainer,
      [1, 2, 3, 4].map((seed) => trialConfig({ seed, epochs: 6 })),
    );
    expect(errorOf(told[0]!.outcome)).toEqual(new MachineError('out of memory'));
    expect(errorOf(told[1]!.outcome)).toBeInstanceOf(MachineError);
    expect(resultOf(told[2]!.outcome).epochsRun).toBe(6);
    expect(resultOf(told[3]!.outcome).epochsRun).toBe(6);
    await trainer.close();
  });

  it('fails all trials of a shape that no stack can be made for, and none of another shape', async () => {
    const backend = createCpuBackend();
    const trainer = trainerOf(2, {
      ...backend,
      async createStack(shape, ...rest) {
        if (shape.layerSizes.includes(7)) throw new TypeError('x is undefined');
        return backend.createStack(shape, ...rest);
      },
    });
    const told = await stories(
      trainer,
      [7, 6, 7].map((width) => trialConfig({ width })),
    );
    expect(errorOf(told[0]!.outcome)).toBeInstanceOf(BugError);
    expect(errorOf(told[2]!.outcome)).toBeInstanceOf(BugError);
    expect(resultOf(told[1]!.outcome).epochsRun).toBe(3);
    await trainer.close();
  });

  it('refuses a convolution on data that are no images', async () => {
    const trainer = createTrainer(createCpuBackend(), async (spec) => ({
      ...(await loadTestDataset(spec)),
      image: null,
    }));
    const [told] = await stories(trainer, [trialConfig({ network: { name: 'convolution', kernelSize: 3 } })]);
    expect(errorOf(told!.outcome)).toBeInstanceOf(UserError);
    expect(errorOf(told!.outcome).message).toMatch(/spirals holds no images .*; choose another network/);
    await trainer.close();
  });

  it('lets aborted trials leave within a piece of work, whether they train or wait, and the others go on', async () => {
    const trainer = trainerOf(2);
    const controller = new AbortController();
    const long = trialConfig({ epochs: 1_000_000 });
    const jobs = [1, 2, 3].map((seed) => ({ id: `long-${seed}`, config: { ...long, seed } }));
    const aborted = trainer.train(jobs, () => {}, controller.signal).catch((error: unknown) => error);
    const short = stories(trainer, [trialConfig({ epochs: 2 })]);
    await delay(50);
    const start = performance.now();
    controller.abort(new Error('enough'));
    expect(await aborted).toEqual(new Error('enough'));
    expect(performance.now() - start).toBeLessThan(1000);
    expect((await short)[0]).toEqual((await stories(trainerOf(1), [trialConfig({ epochs: 2 })]))[0]);
    await expect(trainer.train(jobs, () => {}, controller.signal)).rejects.toThrow('enough');
    await trainer.close();
  });

  it('lets shapes take turns: a short trial does not wait for a long one of another shape', async () => {
    const trainer = trainerOf(1);
    const controller = new AbortController();
    const long = { id: 'long', config: trialConfig({ epochs: 1_000_000, width: 7 }) };
    const aborted = trainer.train([long], () => {}, controller.signal).catch((error: unknown) => error);
    const [short] = await stories(trainer, [trialConfig()]);
    expect(resultOf(short!.outcome).epochsRun).toBe(3);
    controller.abort(new Error('enough'));
    expect(await aborted).toEqual(new Error('enough'));
    await trainer.close();
  });

  it('closing fails the trials that still train, as the machine’s doing', async () => {
    const trainer = trainerOf(1);
    const running = trainer.train([{ id: 'long', config: trialConfig({ epochs: 1_000_000 }) }], () => {}, never);
    await delay(20);
    await trainer.close();
    expect(errorOf((await running)[0])).toBeInstanceOf(MachineError);
    await expect(trainer.train([], () => {}, never)).rejects.toThrow(MachineError);
  });
});
