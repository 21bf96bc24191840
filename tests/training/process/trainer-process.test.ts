import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointError, MachineError, TrainerCrashError, UserError } from '../../../core/errors.ts';
import { createCpuBackend } from '../../../training/backends/cpu/cpu-backend.ts';
import { loadDataset } from '../../../training/datasets/load-dataset.ts';
import { startTrainerProcess, type TrainerProcess } from '../../../training/process/trainer-process.ts';
import { createTrainer } from '../../../training/stacked-trainer.ts';
import type { TrialResult } from '../../../core/trial/trial-record.ts';
import type { TrialCheckpoint, TrialOutcome, TrialProgress } from '../../../training/trainer.ts';
import { never, stories, trialConfig } from '../trial-configs.ts';
import { gone, isAlive } from './processes.ts';

const settings = { backend: 'cpu', datasetFolder: null } as const;
const endless = { id: 'endless', config: trialConfig({ epochs: 100_000_000, width: 64 }) };

const errorOf = (outcome: TrialOutcome | undefined): unknown => outcome && 'error' in outcome && outcome.error;

/** Starts an endless trial and waits until it trains. */
async function trainEndlessly(trainer: TrainerProcess, signal: AbortSignal = never) {
  let outcomes: ReturnType<TrainerProcess['train']>;
  await new Promise<void>((started) => {
    outcomes = trainer.train([endless], () => started(), signal);
    outcomes.catch(() => started());
  });
  return { outcomes: outcomes! };
}

describe('trainer process', () => {
  let trainer: TrainerProcess;
  beforeAll(async () => {
    trainer = await startTrainerProcess(settings);
  });
  afterAll(() => trainer.close());

  it('gives the records and results of a trainer in this process', async () => {
    const configs = [1, 2, 3].map((seed) => trialConfig({ seed }));
    const here = createTrainer(createCpuBackend(), (spec) => loadDataset(spec, { datasetFolder: null }));
    const expected = await stories(here, configs);
    expect(expected.every(({ outcome, progress }) => 'result' in outcome && progress.length === 4)).toBe(true);
    expect(await stories(trainer, configs)).toEqual(expected);
    expect(trainer.info).toMatchObject({ backend: 'cpu', arithmetic: here.info.arithmetic, places: here.info.places });
    expect(await trainer.inspect(configs[0]!.dataset)).toEqual(await here.inspect(configs[0]!.dataset));
    await here.close();
  });

  it('keeps the class and the message of an error, for one trial and for inspect', async () => {
    const csv = { name: 'csv', path: 'none.csv', target: 'y', task: 'regression', split: 1 } as const;
    const [missing, large, fine] = await stories(trainer, [
      trialConfig({ dataset: csv }),
      trialConfig({ batchSize: 5000 }),
      trialConfig(),
    ]);
    expect(errorOf(missing!.outcome)).toBeInstanceOf(UserError);
    expect(errorOf(large!.outcome)).toEqual(
      new UserError('batchSize 5000 is more than the 80 training examples of data set spirals; choose at most 80.'),
    );
    expect(fine!.outcome).toHaveProperty('result.epochsRun', 3);
    await expect(trainer.inspect(csv)).rejects.toThrow(UserError);
  });

  it.each(['SIGKILL', 'SIGSEGV'] as const)(
    'tells every trial in it when it dies (%s), and the next call finds a fresh one',
    async (signal) => {
      const before = trainer.pid!;
      const { outcomes: training } = await trainEndlessly(trainer);
      const waiting = trainer.train([{ ...endless, id: 'waiting' }], () => {}, never);
      process.kill(before, signal);
      const errors = [errorOf((await training)[0]), errorOf((await waiting)[0])];
      for (const error of errors) {
        expect(error).toBeInstanceOf(TrainerCrashError);
        expect(error).toHaveProperty('message', `The trainer process ${before} was ended by ${signal}.`);
      }
      expect(new Set(errors.map((error) => (error as TrainerCrashError).process)).size).toBe(1);
      const [first, second] = await Promise.all([stories(trainer, [trialConfig()]), stories(trainer, [trialConfig()])]);
      expect(first[0]!.outcome).toHaveProperty('result.epochsRun', 3);
      expect(second).toEqual(first);
      expect(trainer.pid).not.toBe(before);
      expect(isAlive(before)).toBe(false);
    },
  );

  it('goes on from a checkpoint after its process was killed, with the records and weights of an undisturbed trial', async () => {
    const config = trialConfig({ epochs: 12, batchSize: 1, width: 16, learningRate: 0.01 });
    const [expected] = await stories(trainer, [config]);
    const records = new Map<number, TrialProgress>();
    const keep = (progress: TrialProgress): void => void records.set(progress.epoch.epoch, { ...progress, id: '' });
    let checkpoint: TrialCheckpoint | undefined;
    const [killed] = await trainer.train([{ id: 'a', config }], keep, never, {
      intervalMs: 0,
      onCheckpoint: (taken) => {
        checkpoint = taken;
        if (taken.epoch === 4 && taken.step % 64 !== 0) process.kill(trainer.pid!, 'SIGKILL');
      },
    });
    expect(errorOf(killed)).toBeInstanceOf(MachineError);
    expect(checkpoint!.epoch).toBeLessThan(12);
    const job = { id: 'a', config, checkpoint: checkpoint!.bytes };
    const [outcome] = await trainer.train([job], keep, never);
    expect({ id: '', result: { ...(outcome as { result: TrialResult }).result, durationMs: 0 } }).toEqual(
      expected!.outcome,
    );
    expect([...records.values()]).toEqual(expected!.progress);
  });

  it('refuses a checkpoint that was damaged, as that trial’s error of its own class', async () => {
    const job = { id: 'a', config: trialConfig(), checkpoint: new Uint8Array(100) };
    const other = { id: 'b', config: trialConfig() };
    const [refused, fine] = await trainer.train([job, other], () => {}, never);
    expect(errorOf(refused)).toEqual(new CheckpointError('These bytes are no checkpoint of a trial.'));
    expect(fine).toHaveProperty('result.epochsRun', 3);
  });

  it('hands a trial over with a last checkpoint when it is told to, and others go on', async () => {
    const config = trialConfig({ epochs: 400, batchSize: 1, width: 16, learningRate: 0.01, seed: 5 });
    const [expected] = await stories(trainer, [config]);
    const handOver = new AbortController();
    const checkpoints: TrialCheckpoint[] = [];
    const records = new Map<number, TrialProgress>();
    const keep = (progress: TrialProgress): void => void records.set(progress.epoch.epoch, { ...progress, id: '' });
    const onCheckpoint = (taken: TrialCheckpoint): void => void checkpoints.push(taken);
    const leaving = trainer.train(
      [{ id: 'leaving', config }],
      (progress) => {
        keep(progress);
        if (progress.epoch.epoch === 2) handOver.abort();
      },
      never,
      { intervalMs: 600_000, onCheckpoint, handOver: handOver.signal },
    );
    const staying = stories(trainer, [trialConfig({ epochs: 20, batchSize: 1, width: 16 })], 'staying');
    expect(errorOf((await leaving)[0])).toBeInstanceOf(MachineError);
    expect((await staying)[0]!.outcome).toHaveProperty('result.epochsRun', 20);
    const [last, ...more] = checkpoints;
    expect(more).toEqual([]);
    expect(last!.epoch).toBeGreaterThanOrEqual(2);
    expect(Math.max(...records.keys())).toBe(last!.epoch);
    const [outcome] = await trainer.train([{ id: 'next', config, checkpoint: last!.bytes }], keep, never);
    expect({ id: '', result: { ...(outcome as { result: TrialResult }).result, durationMs: 0 } }).toEqual(
      expected!.outcome,
    );
    expect([...records.values()]).toEqual(expected!.progress);
  });

  it('lets a trial that was to be handed over before it began leave without a step', async () => {
    const job = { id: 'never', config: trialConfig({ epochs: 100_000_000 }) };
    const handOver = AbortSignal.abort();
    const onCheckpoint = (): void => {};
    const [outcome] = await trainer.train([job], () => {}, never, { intervalMs: 600_000, onCheckpoint, handOver });
    expect(errorOf(outcome)).toBeInstanceOf(MachineError);
  });

  it('kills a process that hangs, tells its trials why, and finds a fresh one', async () => {
    const watched = await startTrainerProcess(settings, 1_000);
    const { outcomes } = await trainEndlessly(watched);
    // Stopped, it answers no more than one that is caught in native code.
    const pid = watched.pid!;
    process.kill(pid, 'SIGSTOP');
    const error = errorOf((await outcomes)[0]);
    expect(error).toBeInstanceOf(TrainerCrashError);
    expect(error).toHaveProperty('message', `The trainer process ${pid} was killed: it did nothing for 1 s.`);
    expect(isAlive(pid)).toBe(false);
    const [told] = await stories(watched, [trialConfig()]);
    expect(told!.outcome).toHaveProperty('result.epochsRun', 3);
    await watched.close();
  });

  it('is let live while it has nothing to do', async () => {
    const watched = await startTrainerProcess(settings, 500);
    const { pid } = watched;
    await sleep(1_500);
    expect(watched.pid).toBe(pid);
    expect(isAlive(pid!)).toBe(true);
    await watched.close();
  });

  it('takes aborted trials out at once and goes on with the others', async () => {
    const controller = new AbortController();
    const { outcomes } = await trainEndlessly(trainer, controller.signal);
    const other = stories(trainer, [trialConfig({ epochs: 50, width: 64 })]);
    const start = performance.now();
    controller.abort(new Error('enough'));
    await expect(outcomes).rejects.toThrow('enough');
    // A piece of work takes about 150 ms; the rest is room for a busy machine.
    expect(performance.now() - start).toBeLessThan(2000);
    expect((await other)[0]!.outcome).toHaveProperty('result.epochsRun', 50);
    await expect(trainer.train([endless], () => {}, controller.signal)).rejects.toThrow('enough');
  });

  it('outlives the signals that a terminal or a service manager sends to the whole group', async () => {
    const pid = trainer.pid!;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    const [told] = await stories(trainer, [trialConfig()]);
    expect(told!.outcome).toHaveProperty('result.epochsRun', 3);
    expect(trainer.pid).toBe(pid);
  });

  it('does not start with a backend that there is none of, says so, and leaves no process', async () => {
    const start = startTrainerProcess({ ...settings, backend: 'abacus' as 'cpu' });
    await expect(start).rejects.toThrow(UserError);
    await expect(start).rejects.toThrow('There is no backend "abacus"');
  });

  it('ends its process when it is closed, and fails what still trains and what comes later', async () => {
    const short = await startTrainerProcess(settings);
    const pid = short.pid!;
    const { outcomes } = await trainEndlessly(short);
    await short.close();
    expect(isAlive(pid)).toBe(false);
    expect(errorOf((await outcomes)[0])).toBeInstanceOf(MachineError);
    await expect(short.train([endless], () => {}, never)).rejects.toThrow(MachineError);
    await expect(short.inspect(endless.config.dataset)).rejects.toThrow(MachineError);
    await short.close();
  });

  it('ends when its parent is killed, even when it is caught in native code for ever', async () => {
    const script = fileURLToPath(new URL('parent-of-one-that-hangs.ts', import.meta.url));
    const parent = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(printed.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await gone(pid);
  });

  it('ends when its parent is killed, in the middle of training', async () => {
    const script = fileURLToPath(new URL('parent-that-is-killed.ts', import.meta.url));
    const parent = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(printed.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await gone(pid);
  });
});
