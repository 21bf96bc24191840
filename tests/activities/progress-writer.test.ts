import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { ProgressWriter, type ProgressWriterOptions, type TrialRecorder } from '../../activities/progress-writer.ts';
import { BugError, MachineError, StaleFenceError } from '../../core/errors.ts';
import type { EpochRecord } from '../../core/trial/trial-record.ts';
import type { NewCheckpoint } from '../../storage/checkpoints/checkpoint-store.ts';
import type { Fenced, ProgressReport } from '../../storage/sweep-store.ts';

const epoch = (number: number): EpochRecord => ({
  epoch: number,
  step: number,
  trainLoss: 1,
  trainAccuracy: null,
  validationLoss: 1,
  validationAccuracy: null,
});
const record = (recorder: TrialRecorder, number: number): void =>
  recorder.add({ id: 'a', epoch: epoch(number), layers: [] });
const trial = (trialId: string): Fenced => ({ trialId, fence: 1n });
const numbers = (epochs: readonly EpochRecord[]): number[] => epochs.map((row) => row.epoch);

type Write = (reports: readonly ProgressReport[]) => Promise<readonly (StaleFenceError | null)[]>;

const recorders: TrialRecorder[] = [];
afterEach(() => recorders.splice(0).forEach((recorder) => recorder.close()));

/** A writer on a store that does `write` for many trials and `writeOne` for one. */
function createWriter(
  write: Write,
  changes: Partial<ProgressWriterOptions> = {},
  writeOne: (trial: Fenced) => Promise<void> = () => Promise.reject(new Error('not expected')),
) {
  const store = { recordProgressOfMany: write, recordProgress: writeOne };
  const writer = new ProgressWriter({
    store,
    intervalMs: 10,
    leaseMs: 240_000,
    patienceMs: 60_000,
    saveCheckpoint: () => Promise.reject(new Error('not expected')),
    ...changes,
  });
  return (trialId: string, onLost: (error: Error) => void = () => {}): TrialRecorder => {
    const recorder = writer.open(trial(trialId), onLost);
    recorders.push(recorder);
    return recorder;
  };
}

test('records are written in batches, in order, one write at a time', async () => {
  const batches: number[][] = [];
  let writing = 0;
  let mostAtOnce = 0;
  const open = createWriter(async (reports) => {
    mostAtOnce = Math.max(mostAtOnce, ++writing);
    await sleep(30);
    writing -= 1;
    batches.push(reports.flatMap(({ epochs }) => numbers(epochs)));
    return reports.map(() => null);
  });
  const recorder = open('a');
  for (let number = 0; number < 40; number++) {
    record(recorder, number);
    await sleep(5);
  }
  await sleep(100);

  expect(recorder.close()).toEqual({ epochs: [], layers: [], checkpoint: null });
  expect(batches.flat()).toEqual(Array.from({ length: 40 }, (_, number) => number));
  expect(batches.length).toBeLessThan(20);
  expect(mostAtOnce).toBe(1);
});

test('the trials of a worker are written together, and those that have nothing to write are left out', async () => {
  const batches: string[][] = [];
  const open = createWriter((reports) => {
    batches.push(reports.map((report) => report.trial.trialId));
    return Promise.resolve(reports.map(() => null));
  });
  const [a, , c] = [open('a'), open('b'), open('c')];
  record(a, 0);
  record(c, 0);
  await sleep(50);

  expect(batches).toEqual([['a', 'c']]);
});

test('closing hands back what is not known to be written, also what a write under way holds', async () => {
  const open = createWriter(async (reports) => {
    await sleep(200);
    return reports.map(() => null);
  });
  const recorder = open('a');
  record(recorder, 0);
  await sleep(50);
  record(recorder, 1);

  expect(numbers(recorder.close().epochs)).toEqual([0, 1]);
});

test('the lease is renewed while there is nothing to record', async () => {
  let renewals = 0;
  const open = createWriter(
    (reports) => {
      expect(reports).toMatchObject([{ epochs: [], layers: [] }]);
      renewals += 1;
      return Promise.resolve([null]);
    },
    { leaseMs: 80 },
  );
  open('a');
  await sleep(200);

  expect(renewals).toBeGreaterThanOrEqual(2);
});

test('a trial that another holds is told by its signal and written no more; the others go on', async () => {
  const written: string[] = [];
  const open = createWriter((reports) => {
    written.push(...reports.map((report) => report.trial.trialId));
    return Promise.resolve(
      reports.map((report) =>
        report.trial.trialId === 'stale' ? new StaleFenceError('a newer attempt holds it') : null,
      ),
    );
  });
  const [stale, other] = [open('stale'), open('other')];
  for (let number = 0; number < 3; number++) {
    record(stale, number);
    record(other, number);
    await sleep(40);
  }

  expect(stale.signal.reason).toBeInstanceOf(StaleFenceError);
  expect(other.signal.aborted).toBe(false);
  expect(written.filter((id) => id === 'stale')).toHaveLength(1);
  expect(written.filter((id) => id === 'other')).toHaveLength(3);
});

test('a trial whose records the database refuses fails alone', async () => {
  const open = createWriter(
    () => Promise.reject(new BugError('one of them is wrong')),
    {},
    ({ trialId }) => (trialId === 'wrong' ? Promise.reject(new BugError('this one is wrong')) : Promise.resolve()),
  );
  const [wrong, right] = [open('wrong'), open('right')];
  record(wrong, 0);
  record(right, 0);
  await sleep(60);

  expect(wrong.signal.reason).toBeInstanceOf(BugError);
  expect(right.signal.aborted).toBe(false);
  expect(right.close().epochs).toEqual([]);
});

test('a database that is away is tried again, and nothing is lost', async () => {
  let isAway = true;
  const written: number[] = [];
  const open = createWriter((reports) => {
    if (isAway) return Promise.reject(new MachineError('away'));
    written.push(...reports.flatMap(({ epochs }) => numbers(epochs)));
    return Promise.resolve(reports.map(() => null));
  });
  const recorder = open('a');
  record(recorder, 0);
  await sleep(50);
  record(recorder, 1);
  isAway = false;
  await sleep(50);

  expect(written).toEqual([0, 1]);
  expect(recorder.signal.aborted).toBe(false);
});

test('a database that is away for too long ends the trials', async () => {
  const open = createWriter(() => Promise.reject(new MachineError('away')), { patienceMs: 50 });
  const recorder = open('a');
  record(recorder, 0);
  await sleep(150);

  expect(recorder.signal.reason).toBeInstanceOf(MachineError);
});

describe('a checkpoint', () => {
  const checkpoint = (number: number): NewCheckpoint => ({
    key: 'k',
    epoch: number,
    step: number,
    bytes: new Uint8Array(1),
  });
  const settled: Write = (reports) => Promise.resolve(reports.map(() => null));

  test('is saved after the records before it are written, and not before', async () => {
    const order: string[] = [];
    let isAway = true;
    const open = createWriter(
      (reports) => {
        if (isAway) return Promise.reject(new MachineError('away'));
        order.push(`records up to ${numbers(reports[0]!.epochs).at(-1)}`);
        return Promise.resolve([null]);
      },
      {
        saveCheckpoint: (_, { epoch: saved }) => {
          order.push(`checkpoint ${saved}`);
          return Promise.resolve();
        },
      },
    );
    const recorder = open('a');
    record(recorder, 0);
    record(recorder, 1);
    recorder.keep(checkpoint(1));
    await sleep(60);
    expect(order).toEqual([]);
    isAway = false;
    await sleep(60);

    expect(order).toEqual(['records up to 1', 'checkpoint 1']);
    expect(recorder.close().checkpoint).toBeNull();
  });

  test('that takes long to save holds up neither records nor other trials, and the newest follows it', async () => {
    const saved: string[] = [];
    let writes = 0;
    const open = createWriter(
      (reports) => {
        writes += 1;
        return settled(reports);
      },
      {
        saveCheckpoint: async ({ trialId }, { step }) => {
          saved.push(`${trialId} ${step}`);
          if (trialId === 'slow') await sleep(150);
        },
      },
    );
    const [slow, other] = [open('slow'), open('other')];
    slow.keep(checkpoint(1));
    await sleep(40);
    slow.keep(checkpoint(2));
    slow.keep(checkpoint(3));
    other.keep(checkpoint(1));
    record(slow, 1);
    await sleep(60);
    expect(saved).toEqual(['slow 1', 'other 1']);
    expect(writes).toBeGreaterThanOrEqual(2);
    await sleep(200);

    expect(saved).toEqual(['slow 1', 'other 1', 'slow 3']);
  });

  test('that cannot be saved is told of, and the trial goes on', async () => {
    const open = createWriter(settled, { saveCheckpoint: () => Promise.reject(new MachineError('the disk is full')) });
    const lost: Error[] = [];
    const recorder = open('a', (error) => lost.push(error));
    recorder.keep(checkpoint(1));
    await sleep(60);

    expect(lost).toEqual([new MachineError('the disk is full')]);
    expect(recorder.signal.aborted).toBe(false);
  });

  test('that is refused because another holds the trial stops the trial', async () => {
    const open = createWriter(settled, {
      saveCheckpoint: () => Promise.reject(new StaleFenceError('a newer attempt')),
    });
    const recorder = open('a');
    recorder.keep(checkpoint(1));
    await sleep(60);

    expect(recorder.signal.reason).toBeInstanceOf(StaleFenceError);
  });

  test('that was not saved is handed back on closing, after a failed write too', async () => {
    const open = createWriter(() => Promise.reject(new MachineError('away')));
    const recorder = open('a');
    record(recorder, 0);
    recorder.keep(checkpoint(0));
    await sleep(40);

    expect(recorder.close()).toMatchObject({ epochs: [{ epoch: 0 }], checkpoint: { step: 0 } });
  });
});
