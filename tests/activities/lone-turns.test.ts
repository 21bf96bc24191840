import { expect, test } from 'vitest';
import { LoneTurns } from '../../activities/lone-turns.ts';

const never = new AbortController().signal;

test('turns are given one at a time, in the order in which they were asked for', async () => {
  const turns = new LoneTurns();
  const order: string[] = [];
  const take = async (name: string): Promise<() => void> => {
    const end = await turns.take(never);
    order.push(name);
    return end;
  };
  const endFirst = await take('first');
  const second = take('second');
  const third = take('third');
  await Promise.resolve();
  expect(order).toEqual(['first']);
  endFirst();
  (await second)();
  (await third)();
  expect(order).toEqual(['first', 'second', 'third']);
  (await take('fourth'))();
});

test('who is told to stop while it waits leaves the queue, and the others move up', async () => {
  const turns = new LoneTurns();
  const stop = new AbortController();
  const end = await turns.take(never);
  const stopped = turns.take(stop.signal);
  const next = turns.take(never);
  stop.abort(new Error('enough'));
  await expect(stopped).rejects.toThrow('enough');
  end();
  (await next)();
  await expect(turns.take(stop.signal)).rejects.toThrow('enough');
  (await turns.take(never))();
});
