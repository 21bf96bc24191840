import { expect, test } from 'vitest';
import { patiently } from '../../activities/patience.ts';
import { MachineError, StaleFenceError } from '../../core/errors.ts';

const living = new AbortController().signal;

test('a call to a machine that is away is repeated until it answers', async () => {
  let calls = 0;
  const answer = await patiently(() => {
    calls += 1;
    return calls < 3 ? Promise.reject(new MachineError('away')) : Promise.resolve('there');
  }, living);

  expect([answer, calls]).toEqual(['there', 3]);
});

test('an error that no waiting mends is thrown at once', async () => {
  let calls = 0;
  const call = () => {
    calls += 1;
    return Promise.reject(new StaleFenceError('another holds it'));
  };

  await expect(patiently(call, living)).rejects.toThrow(StaleFenceError);
  expect(calls).toBe(1);
});

test('waiting ends with the signal’s reason when it is aborted', async () => {
  const stop = new AbortController();
  const waiting = patiently(() => Promise.reject(new MachineError('away')), stop.signal);
  stop.abort(new Error('cancelled'));

  await expect(waiting).rejects.toThrow('cancelled');
});
