import { ApplicationFailure, CancelledFailure, defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import {
  lastAttemptFailure,
  toTemporalFailure,
  withTemporalFailures,
  workerShutdownFailure,
} from '../../activities/failure.ts';
import {
  BugError,
  CheckpointError,
  MachineError,
  PoisonError,
  StaleFenceError,
  TrainerCrashError,
  UserError,
} from '../../core/errors.ts';

describe('an error as Temporal is told of it', () => {
  const issues = [{ path: 'axes.depth', message: 'must be at least 1' }];
  test.each([
    ['UserError', new UserError('mend it', issues), true, [issues]],
    ['MachineError', new MachineError('the disk is gone'), false, undefined],
    ['TrainerCrashError', new TrainerCrashError('it was ended by SIGSEGV', 'a1'), false, undefined],
    ['PoisonError', new PoisonError('quarantined: it kills its trainers'), true, undefined],
    ['CheckpointError', new CheckpointError('it is torn'), false, undefined],
    ['StaleFenceError', new StaleFenceError('a newer attempt holds it'), false, undefined],
    ['BugError', new BugError('no such slot', { slot: 3 }), true, [{ slot: 3 }]],
  ])('keeps its message and is %s', (type, error, nonRetryable, details) => {
    const failure = toTemporalFailure(error) as ApplicationFailure;

    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type, message: error.message });
    expect(failure.nonRetryable ?? false).toBe(nonRetryable);
    expect(failure.details).toEqual(details);
  });

  test.each([new TypeError('x is undefined'), 'a text'])('is our bug when nobody expected it: %s', (thrown) => {
    expect(toTemporalFailure(thrown)).toMatchObject({ type: 'BugError', nonRetryable: true });
  });

  test('of ours can be sent whatever its context holds', () => {
    const circle: Record<string, unknown> = { fence: 3n };
    circle['self'] = circle;
    const details = [{ fence: 3n, rows: [{ id: 7n, at: new Date(0) }] }, circle].map(
      (context) => (toTemporalFailure(new BugError('no such row', context)) as ApplicationFailure).details,
    );

    expect(details[0]).toEqual([{ fence: '3', rows: [{ id: '7', at: '1970-01-01T00:00:00.000Z' }] }]);
    expect(details[1]).toEqual([expect.stringContaining('fence: 3n')]);
    for (const detail of details) expect(defaultPayloadConverter.toPayload(detail)).toBeDefined();
  });

  test('is a cancellation when a signal was aborted', () => {
    expect(toTemporalFailure(AbortSignal.abort().reason)).toBeInstanceOf(CancelledFailure);
  });

  test('stays what it is when it is Temporal’s own', () => {
    const own = new CancelledFailure('cancelled');
    expect(toTemporalFailure(own)).toBe(own);
  });

  test('is final when it ended the last attempt that the sweep allows', () => {
    expect(lastAttemptFailure(new MachineError('the disk is gone'))).toMatchObject({
      type: 'MachineError',
      nonRetryable: true,
      message: 'no attempt succeeded; the last one: the disk is gone',
    });
  });

  test('of a worker that stops is retried', () => {
    expect(workerShutdownFailure()).toMatchObject({ type: 'WorkerShutdown', nonRetryable: false });
  });
});

test('what an activity throws leaves it mapped, what it returns unchanged', async () => {
  await expect(withTemporalFailures(() => Promise.reject(new MachineError('away')))).rejects.toMatchObject({
    type: 'MachineError',
  });
  await expect(withTemporalFailures(() => Promise.resolve(3))).resolves.toBe(3);
});
