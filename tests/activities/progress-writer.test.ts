import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ProgressWriter } from '../../activities/progress-writer.ts';
import { StaleFenceError } from '../../core/errors.ts';
import type { EpochRecord } from '../../core/trial/trial-record.ts';

const epoch = (number: number): EpochRecord => ({
  epoch: number,
  step: number,
  trainLoss: 1,
  trainAccuracy: null,
  validationLoss: 1,
  validationAccuracy: null,
});

test('records are written in batches, in order, one write at a time', async () => {
  const batches: number[][] = [];
  let writing = 0;
  let mostAtOnce = 0;
  const writer = new ProgressWriter({
    write: async (epochs) => {
      mostAtOnce = Math.max(mostAtOnce, ++writing);
      await sleep(30);
      writing -= 1;
      batches.push(epochs.map((record) => record.epoch));
    },
    intervalMs: 10,
    renewalMs: 60_000,
  });
  for (let number = 0; number < 40; number++) {
    writer.add({ id: 'a', epoch: epoch(number), layers: [] });
    await sleep(5);
  }
  await writer.close();

  expect(batches.flat()).toEqual(Array.from({ length: 40 }, (_, number) => number));
  expect(batches.length).toBeGreaterThan(1);
  expect(batches.length).toBeLessThan(20);
  expect(mostAtOnce).toBe(1);
});

test('closing waits for the last record to be written', async () => {
  const written: number[] = [];
  const writer = new ProgressWriter({
    write: async (epochs) => {
      await sleep(20);
      written.push(...epochs.map((record) => record.epoch));
    },
    intervalMs: 60_000,
    renewalMs: 60_000,
  });
  writer.add({ id: 'a', epoch: epoch(7), layers: [] });
  await writer.close();

  expect(written).toEqual([7]);
});

test('the lease is renewed while there is nothing to record', async () => {
  let renewals = 0;
  const writer = new ProgressWriter({
    write: (epochs) => {
      expect(epochs).toEqual([]);
      renewals += 1;
      return Promise.resolve();
    },
    intervalMs: 5,
    renewalMs: 20,
  });
  await sleep(150);
  await writer.close();

  expect(renewals).toBeGreaterThanOrEqual(2);
});

test('a write that fails is told by the signal, and nothing is written after it', async () => {
  let writes = 0;
  const writer = new ProgressWriter({
    write: () => {
      writes += 1;
      return Promise.reject(new StaleFenceError('a newer attempt holds it'));
    },
    intervalMs: 5,
    renewalMs: 60_000,
  });
  writer.add({ id: 'a', epoch: epoch(0), layers: [] });
  await sleep(50);
  writer.add({ id: 'a', epoch: epoch(1), layers: [] });

  expect(writer.signal.reason).toBeInstanceOf(StaleFenceError);
  await expect(writer.close()).rejects.toThrow(StaleFenceError);
  expect(writes).toBe(1);
});
