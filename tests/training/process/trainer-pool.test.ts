import { describe, expect, it } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { poolTrainers, startTrainerPool } from '../../../training/process/trainer-pool.ts';
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

async function distribute(processes: number, widths: readonly number[]): Promise<number[][]> {
  const trainers = Array.from({ length: processes }, holdingTrainer);
  const controller = new AbortController();
  const jobs = widths.map((width, index) => ({ id: String(index), config: trialConfig({ width }) }));
  const aborted = poolTrainers(trainers)
    .train(jobs, () => {}, controller.signal)
    .catch((error: unknown) => error);
  controller.abort(new Error('seen'));
  expect(await aborted).toEqual(new Error('seen'));
  return trainers.map((trainer) => trainer.widths);
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
    expect(poolTrainers([holdingTrainer(), holdingTrainer()]).info.places).toBe(6);
  });

  it('trains over several processes, answers in order, and has the numbers of one', async () => {
    const settings = { backend: 'cpu', datasetFolder: null } as const;
    const [pool, single] = await Promise.all([startTrainerPool([settings, settings]), startTrainerPool([settings])]);
    const configs = [3, 1, 2, 0, 2].map((epochs, seed) => trialConfig({ epochs, seed }));
    const told = await stories(pool, configs);
    expect(told.map(({ progress }) => progress.length)).toEqual([4, 2, 3, 1, 3]);
    expect(told).toEqual(await stories(single, configs));
    expect(await pool.inspect(configs[0]!)).toEqual(await single.inspect(configs[0]!));
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(pool.train([], () => {}, controller.signal)).rejects.toThrow('enough');
    await Promise.all([pool.close(), single.close()]);
    await expect(pool.train([{ id: 'x', config: trialConfig() }], () => {}, never)).rejects.toThrow('closed');
  });

  it('does not start when one of its processes cannot', async () => {
    const settings = { backend: 'cpu', datasetFolder: null } as const;
    await expect(startTrainerPool([settings, { ...settings, backend: 'abacus' as 'cpu' }])).rejects.toThrow(UserError);
  });
});
