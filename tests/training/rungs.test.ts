import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MachineError, UserError } from '../../core/errors.ts';
import type { TrialResult } from '../../core/trial/trial-record.ts';
import { createCpuBackend } from '../../training/backends/cpu/cpu-backend.ts';
import { startTrainerProcess } from '../../training/process/trainer-process.ts';
import { createTrainer } from '../../training/stacked-trainer.ts';
import type { RungAnswer, RungQuestion, Trainer, TrialCheckpoint, TrialOutcome } from '../../training/trainer.ts';
import { loadTestDataset, never, stories, storyOf, trialConfig } from './trial-configs.ts';

const goesOn: RungAnswer = { goesOn: true };
const givenUp: RungAnswer = { goesOn: false, reason: 'others were ahead' };

function resultOf(outcome: TrialOutcome | undefined): TrialResult {
  if (!outcome || !('result' in outcome)) throw new Error('expected a result', { cause: outcome });
  return outcome.result;
}

const inProcess = (): Promise<Trainer> =>
  Promise.resolve(createTrainer({ ...createCpuBackend(), preferredCapacity: 4 }, loadTestDataset));
const inItsOwn = (): Promise<Trainer> => startTrainerProcess({ backend: 'wasm', datasetFolder: null });

describe.each([
  ['in this process', inProcess],
  ['in a process of its own', inItsOwn],
])('a trial with rungs, trained %s,', (_, start) => {
  let trainer: Trainer;
  beforeAll(async () => {
    trainer = await start();
  });
  afterAll(() => trainer.close());

  it('is asked about with its lowest validation loss, and changes in nothing when it goes on', async () => {
    const configs = [1, 2, 3].map((seed) => trialConfig({ seed, epochs: 6 }));
    const questions: RungQuestion[] = [];
    const ask = async (question: RungQuestion): Promise<RungAnswer> => {
      questions.push(question);
      await delay(5);
      return goesOn;
    };
    const raced = await stories(trainer, configs, 'raced', { rungs: [2, 4, 6, 9], ask });
    expect(raced).toEqual(await stories(trainer, configs));
    // Not after the last epoch, where it has ended.
    expect(questions.map(({ id, epoch }) => `${id} ${epoch}`).sort()).toEqual(
      ['raced-0 2', 'raced-0 4', 'raced-1 2', 'raced-1 4', 'raced-2 2', 'raced-2 4'], // prettier-ignore
    );
    for (const { id, epoch, validationLoss, hasReachedTarget } of questions) {
      const { progress } = raced[Number(id.at(-1))]!;
      const losses = progress.filter((told) => told.epoch.epoch <= epoch).map((told) => told.epoch.validationLoss!);
      expect([validationLoss, hasReachedTarget]).toEqual([Math.min(...losses), false]);
    }
  });

  it('ends at the rung when it is given up, with its records so far, its weights there and its last probe', async () => {
    const config = trialConfig({ epochs: 6 });
    const [short, long] = await stories(trainer, [{ ...config, epochs: 2 }, config]);
    const [raced] = await stories(trainer, [config], 'raced', { rungs: [2], ask: () => Promise.resolve(givenUp) });
    const { state, reason, ...numbers } = resultOf(raced!.outcome);
    expect([state, reason]).toEqual(['pruned', 'others were ahead']);
    // As a trial that had only two epochs to begin with, but never held against the test data.
    const { state: _state, reason: _reason, ...expected } = resultOf(short!.outcome);
    expect(numbers).toEqual({ ...expected, testLoss: null, testAccuracy: null });
    expect(raced!.progress).toEqual(long!.progress.slice(0, 3));
    expect(raced!.outcome).toHaveProperty('layers', short!.progress.at(-1)!.layers);
  });

  it('is asked again where it goes on from a checkpoint of that rung', async () => {
    const config = trialConfig({ epochs: 4 });
    const checkpoints: TrialCheckpoint[] = [];
    const onCheckpoint = (checkpoint: TrialCheckpoint) => void checkpoints.push(checkpoint);
    await trainer.train([{ id: 'first', config }], () => {}, never, { intervalMs: 0, onCheckpoint });
    const taken = checkpoints.find(({ epoch }) => epoch === 2)!;
    const asked: RungQuestion[] = [];
    const job = { id: 'again', config, checkpoint: taken.bytes, rungs: [1, 2] };
    const [outcome] = await trainer.train(
      [job],
      () => {},
      never,
      undefined,
      (question) => {
        asked.push(question);
        return Promise.resolve(givenUp);
      },
    );
    const { epoch } = asked[0]!;
    expect([asked.length, epoch, resultOf(outcome).epochsRun]).toEqual([1, 2, 2]);
    const [whole] = await stories(trainer, [config], 'whole', { rungs: [2], ask: () => Promise.resolve(givenUp) });
    expect(storyOf(outcome!, []).outcome).toEqual(whole!.outcome);
  });

  it('is handed over while it waits, with a checkpoint of the rung', async () => {
    const handOver = new AbortController();
    const checkpoints: TrialCheckpoint[] = [];
    const [outcome] = await trainer.train(
      [{ id: 'waits', config: trialConfig({ epochs: 4 }), rungs: [3] }],
      () => {},
      never,
      {
        intervalMs: 60_000,
        onCheckpoint: (checkpoint) => void checkpoints.push(checkpoint),
        handOver: handOver.signal,
      },
      () => {
        handOver.abort();
        return new Promise<RungAnswer>(() => {});
      },
    );
    expect(outcome).toHaveProperty('error', expect.any(MachineError));
    expect(checkpoints.map(({ epoch }) => epoch)).toEqual([3]);
  });

  it('hinders no other one while it waits, and leaves when its caller gives it up', async () => {
    const stop = new AbortController();
    const waits = trainer.train(
      [{ id: 'waits', config: trialConfig({ epochs: 9 }), rungs: [1] }],
      () => {},
      stop.signal,
      undefined,
      () => new Promise<RungAnswer>(() => {}),
    );
    await delay(20);
    const [story] = await stories(trainer, [trialConfig({ seed: 2, epochs: 5 })]);
    expect(resultOf(story!.outcome).epochsRun).toBe(5);
    stop.abort(new Error('wanted no more'));
    await expect(waits).rejects.toThrow('wanted no more');
  });

  it('fails alone where there is no answer', async () => {
    const told = await stories(trainer, [1, 2].map((seed) => trialConfig({ seed })), 'raced', {
      rungs: [1],
      ask: ({ id }) => (id === 'raced-0' ? Promise.reject(new UserError('the database said no')) : Promise.resolve(goesOn)),
    }); // prettier-ignore
    expect(told[0]!.outcome).toHaveProperty('error', new UserError('the database said no'));
    expect(resultOf(told[1]!.outcome).epochsRun).toBe(3);
  });
});
