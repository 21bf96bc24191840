import { describe, expect, it } from 'vitest';
import { TrainerCrashError, UserError } from '../../../core/errors.ts';
import { poolTrainers, startTrainerPool } from '../../../training/process/trainer-pool.ts';
import { startTrainerProcess, type TrainerProcess } from '../../../training/process/trainer-process.ts';
import type { Trainer } from '../../../training/trainer.ts';
import { never, stories, trialConfig } from '../trial-configs.ts';

/** Holds its trials until they are aborted, and keeps the widths of those it was given. */
function holdingTrainer(): Trainer & { readonly widths: number[] } {
  const widths: number[] = [];
  return {
    widths,
    info: { backend: 'cpu', arithmetic: 'none', description: 'holds', places: 3 },
    inspect: () => Promise.reject(new Error('not asked for')),
    train: (jobs, _, signal) =>
      new Promise((_resolve, reject) => {
        widths.push(...jobs.map(({ config }) => config.width));
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    close: () => Promise.resolve(),
  };
}

const noLoneTrainer = (): Promise<Trainer> => Promise.reject(new Error('not asked for'));

async function distribute(processes: number, widths: readonly number[]): Promise<number[][]> {
  const trainers = Array.from({ length: processes }, holdingTrainer);
  const controller = new AbortController();
  const jobs = widths.map((width, index) => ({ id: String(index), config: trialConfig({ width }) }));
  const aborted = poolTrainers(trainers, noLoneTrainer)
    .train(jobs, () => {}, controller.signal)
    .catch((error: unknown) => error);
  controller.abort(new Error('seen'));
  expect(await aborted).toEqual(new Error('seen'));
  return trainers.map((trainer) => trainer.widths);
}

/** A pool of one process; `started` are those of lone trials. */
async function poolOfProcesses() {
  const settings = { backend: 'cpu', datasetFolder: null } as const;
  const started: TrainerProcess[] = [];
  const trainers = [await startTrainerProcess(settings)];
  const startAlone = async (): Promise<TrainerProcess> => {
    const trainer = await startTrainerProcess(settings);
    started.push(trainer);
    return trainer;
  };
  return { pool: poolTrainers(trainers, startAlone), trainers, started };
}

describe('trainer pool', () => {
  it('leaves no process idle, even when all trials have one shape', async () => {
    expect(await distribute(2, [8, 8])).toEqual([[8], [8]]);
    expect(await distribute(3, [8, 8])).toEqual([[8], [8], []]);
  });

  it('sends a trial where its shape is trained already', async () => {
    expect(await distribute(2, [8, 16, 16, 8])).toEqual([[8, 8], [16, 16]]); // prettier-ignore
  });

  it('sends it to the least busy process when that one has far less to do', async () => {
    const [first, second] = await distribute(2, [8, 16, 8, 8, 8, 8, 8]);
    expect(Math.max(first!.length, second!.length)).toBeLessThanOrEqual(
      2 * Math.min(first!.length, second!.length) + 1,
    );
  });

  it('adds up the places of its trainers', () => {
    expect(poolTrainers([holdingTrainer(), holdingTrainer()], noLoneTrainer).info.places).toBe(6);
  });

  it('trains over several processes, answers in order, and has the numbers of one', async () => {
    const settings = { backend: 'cpu', datasetFolder: null } as const;
    const [pool, single] = await Promise.all([startTrainerPool([settings, settings]), startTrainerPool([settings])]);
    const configs = [3, 1, 2, 0, 2].map((epochs, seed) => trialConfig({ epochs, seed }));
    const told = await stories(pool, configs);
    expect(told.map(({ progress }) => progress.length)).toEqual([4, 2, 3, 1, 3]);
    expect(told).toEqual(await stories(single, configs));
    expect(await pool.inspect(configs[0]!.dataset)).toEqual(await single.inspect(configs[0]!.dataset));
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(pool.train([], () => {}, controller.signal)).rejects.toThrow('enough');
    await Promise.all([pool.close(), single.close()]);
    await expect(pool.train([{ id: 'x', config: trialConfig() }], () => {}, never)).rejects.toThrow('closed');
  });

  it('trains a trial alone in a process of its own, which ends with it, to the same numbers', async () => {
    const { pool, trainers, started } = await poolOfProcesses();
    const config = trialConfig({ epochs: 3 });
    const [expected] = await stories(pool, [config]);
    const [outcome] = await pool.train([{ id: 'lone', config, alone: true }], () => {}, never);
    expect({ result: { ...(outcome as { result: object }).result, durationMs: 0 }, id: '' }).toEqual(expected!.outcome);
    expect(started.map(({ pid }) => pid)).toEqual([null]);
    expect(trainers.map(({ pid }) => pid)).not.toContain(null);
    await pool.close();
  });

  it('tells of the death of a lone trial’s process as its own, and leaves the others in training', async () => {
    const { pool, started } = await poolOfProcesses();
    const others = stories(pool, [trialConfig({ epochs: 40, batchSize: 1, width: 16 })]);
    const config = trialConfig({ epochs: 100_000_000 });
    const kill = (): boolean => process.kill(started[0]!.pid!, 'SIGSEGV');
    const [outcome] = await pool.train([{ id: 'guilty', config, alone: true }], kill, never);
    expect(outcome).toHaveProperty('error', expect.any(TrainerCrashError));
    expect((await others)[0]!.outcome).toHaveProperty('result.epochsRun', 40);
    await pool.close();
  });

  it('ends the process of a lone trial when the trial is told to leave, and when it is closed itself', async () => {
    const { pool, started } = await poolOfProcesses();
    const job = { id: 'lone', config: trialConfig({ epochs: 100_000_000 }), alone: true };
    const controller = new AbortController();
    const leave = (): void => controller.abort(new Error('enough'));
    await expect(pool.train([job], leave, controller.signal)).rejects.toThrow('enough');
    let closing: Promise<void> | undefined;
    const [outcome] = await pool.train([job], () => void (closing ??= pool.close()), never);
    await closing;
    expect(outcome).toHaveProperty('error');
    expect(outcome).not.toHaveProperty('error', expect.any(TrainerCrashError));
    expect(started.map(({ pid }) => pid)).toEqual([null, null]);
  });

  it('does not start when one of its processes cannot', async () => {
    const settings = { backend: 'cpu', datasetFolder: null } as const;
    await expect(startTrainerPool([settings, { ...settings, backend: 'abacus' as 'cpu' }])).rejects.toThrow(UserError);
  });
});
