import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { BugError } from '../../core/errors.ts';
import {
  addDepthsUpdate,
  addSeedsUpdate,
  addWidthsUpdate,
  pauseUpdate,
  resumeUpdate,
  retryFailedUpdate,
  setConcurrencyUpdate,
  setTargetUpdate,
} from '../../workflows/control-messages.ts';
import { planQuery, progressQuery } from '../../workflows/messages.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { sweepFile } from './sweep-files.ts';
import { useOrchestra } from './use-orchestra.ts';

const orchestra = useOrchestra();
const { trainingWorker } = orchestra;

async function start(file: unknown) {
  const handle = await orchestra.temporal.client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId: `control-${randomUUID()}`,
    args: [file],
  });
  // From then on its row is there; it is running, and may be paused, a moment before.
  await until(async () => (await handle.query(planQuery)) !== null);
  const { sweepId } = await handle.query(progressQuery);
  return { handle, sweepId };
}

/** Seeds of this test alone, so that no other test has trained them. */
let nextSeed = 1_000;
function seeds(count: number): number[] {
  nextSeed += 100;
  return Array.from({ length: count }, (_, i) => nextSeed + i);
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(25);
}

async function endedOf(sweepId: string): Promise<number> {
  const { running: _, ...ended } = (await orchestra.store.progress(sweepId)).states;
  return Object.values(ended).reduce((sum, count) => sum + count, 0);
}

async function refusalOf(update: Promise<unknown>): Promise<string> {
  const error = await update.then(
    () => expect.unreachable('the update was accepted'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WorkflowUpdateFailedError);
  return (error as WorkflowUpdateFailedError).cause?.message ?? '';
}

describe('pause', () => {
  test('lets trials in training end and starts none until the sweep is resumed', async () => {
    const trainer = await trainingWorker({ epochMs: 40 });
    const { handle, sweepId } = await start(sweepFile({ axes: { seed: seeds(5) }, run: { concurrency: 4 } }));
    await until(() => trainer.running === 4);
    const answer = await handle.executeUpdate(pauseUpdate, { args: [{}] });
    await until(() => trainer.running === 0);
    const begun = trainer.begun.length;
    await sleep(500);

    expect(answer).toMatchObject({ state: 'paused', trials: 20 });
    expect(answer.message).toBe('Paused; trials in training end first. The update resume lets the sweep go on.');
    expect(trainer.begun).toHaveLength(begun);
    expect(begun).toBeLessThan(20);
    expect(await endedOf(sweepId)).toBe(begun);
    expect(await orchestra.store.isPaused(sweepId)).toBe(true);
    await until(async () => (await handle.query(progressQuery)).running === 0);
    expect(await handle.query(progressQuery)).toMatchObject({ state: 'paused', done: begun });

    expect((await handle.executeUpdate(resumeUpdate)).message).toBe('The sweep goes on.');
    expect(await handle.result()).toMatchObject({ trials: 20, states: { converged: 20 } });
    expect(trainer.begun).toHaveLength(20);
    expect(await orchestra.store.isPaused(sweepId)).toBe(false);
  });

  test('now calls trials in training back, and they are taken up again', async () => {
    const trainer = await trainingWorker({ epochMs: 300 });
    const { handle, sweepId } = await start(sweepFile({ axes: { seed: seeds(3) }, run: { concurrency: 4 } }));
    await until(() => trainer.running === 4);
    await handle.executeUpdate(pauseUpdate, { args: [{ now: true }] });
    await until(() => trainer.running === 0);
    await until(async () => (await handle.query(progressQuery)).running === 0);

    // What was called back is nobody's failure, and nobody's cancellation.
    expect((await orchestra.store.progress(sweepId)).states).toMatchObject({ failed: 0, cancelled: 0 });
    await handle.executeUpdate(resumeUpdate);
    expect(await handle.result()).toMatchObject({ trials: 12, states: { converged: 12, cancelled: 0 } });
    const rows = await orchestra.store.outcomes(sweepId);
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, number) => number));
  });

  test('holds when the control worker is replaced, and a paused sweep can be cancelled', async () => {
    const trainer = await trainingWorker({ epochMs: 40 });
    const { handle, sweepId } = await start(sweepFile({ axes: { seed: seeds(5) } }));
    await until(() => trainer.running > 0);
    await handle.executeUpdate(pauseUpdate, { args: [{}] });
    await orchestra.replaceControlWorker();
    await until(() => trainer.running === 0);
    const begun = trainer.begun.length;
    await sleep(300);
    expect((await handle.query(progressQuery)).state).toBe('paused');
    expect(trainer.begun).toHaveLength(begun);

    await handle.cancel();
    await expect(handle.result()).rejects.toThrow('Workflow execution cancelled');
    expect(await orchestra.store.readSweep(sweepId)).toMatchObject({ state: 'cancelled' });
    expect((await orchestra.store.progress(sweepId)).states).toMatchObject({ running: 0, converged: begun });
  });
});

describe('what a running sweep is given', () => {
  test('further seeds, depths and widths are trained with all else, once, and its row knows of them', async () => {
    const trainer = await trainingWorker({ epochMs: 30 });
    const first = seeds(2);
    const { handle, sweepId } = await start(sweepFile({ axes: { seed: first } }));
    const updates = [
      await handle.executeUpdate(addSeedsUpdate, { args: [{ count: 2 }] }),
      await handle.executeUpdate(addDepthsUpdate, { args: [{ depths: [5] }] }),
      await handle.executeUpdate(addWidthsUpdate, { args: [{ widths: [16] }] }),
      await handle.executeUpdate(addSeedsUpdate, { args: [{ seeds: [7] }] }),
    ];
    const result = await handle.result();

    expect(updates.map(({ message }) => message)).toEqual([
      `Added seeds ${first[1]! + 1}, ${first[1]! + 2}: 8 trials more.`,
      'Added depth 5: 16 trials more.',
      'Added width 16: 32 trials more.',
      'Added seed 7: 16 trials more.',
    ]);
    expect(updates.map(({ trials }) => trials)).toEqual([16, 32, 64, 80]);
    expect(result).toMatchObject({ trials: 80, states: { converged: 80 } });
    expect(trainer.begun).toHaveLength(80);
    const rows = await orchestra.store.outcomes(sweepId);
    const cells = rows.map((row) => `${row.initializer} ${row.activation} ${row.depth} ${row.width} ${row.seed}`);
    expect(new Set(cells).size).toBe(2 * 2 * 2 * 2 * 5);
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 80 }, (_, number) => number));
    const { spec, trialCount } = await orchestra.store.readSweep(sweepId);
    expect(trialCount).toBe(80);
    expect(spec.axes).toMatchObject({
      depth: [2, 5],
      width: [32, 16],
      seed: [...first, first[1]! + 1, first[1]! + 2, 7],
    });
    expect(await handle.query(planQuery)).toMatchObject({ trialCount: 80, axes: { depth: [2, 5] } });
  });

  test('updates that come at once are followed one after the other', async () => {
    const trainer = await trainingWorker({ epochMs: 30 });
    const first = seeds(2);
    const { handle, sweepId } = await start(sweepFile({ axes: { seed: first }, run: { concurrency: 8 } }));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => handle.executeUpdate(addSeedsUpdate, { args: [{ count: 1 }] })),
    );
    const result = await handle.result();

    expect(answers.map(({ trials }) => trials).toSorted((a, b) => a - b)).toEqual([12, 16, 20, 24, 28, 32, 36, 40]);
    expect(result).toMatchObject({ trials: 40, states: { converged: 40 } });
    expect(trainer.begun).toHaveLength(40);
    expect((await orchestra.store.readSweep(sweepId)).spec.axes.seed).toEqual(
      Array.from({ length: 10 }, (_, i) => first[0]! + i),
    );
  });

  test('the concurrency of a shard that has ended goes to the others', async () => {
    const trainer = await trainingWorker({ epochMs: 60 });
    const { handle } = await start(sweepFile({ axes: { seed: seeds(1) }, run: { concurrency: 4 } }));
    await handle.executeUpdate(addSeedsUpdate, { args: [{ count: 6 }] });
    await until(() => trainer.begun.length >= 12);
    await until(() => trainer.running === 4);

    expect(await handle.result()).toMatchObject({ trials: 28, states: { converged: 28 } });
    expect(trainer.most).toBe(4);
  });

  test('another concurrency holds from then on', async () => {
    const trainer = await trainingWorker({ epochMs: 60 });
    const { handle } = await start(sweepFile({ axes: { seed: seeds(6) }, run: { concurrency: 1 } }));
    await until(() => trainer.begun.length >= 2);
    expect(trainer.most).toBe(1);
    const answer = await handle.executeUpdate(setConcurrencyUpdate, { args: [{ concurrency: 4 }] });
    await until(() => trainer.running === 4);
    await handle.executeUpdate(setConcurrencyUpdate, { args: [{ concurrency: 2 }] });
    await until(() => trainer.running === 2);
    trainer.most = 0;

    expect(answer).toMatchObject({ message: '4 trials in flight at once, 1 before.', concurrency: 4 });
    expect(await handle.result()).toMatchObject({ states: { converged: 24 } });
    expect(trainer.most).toBe(2);
  });

  test('failed trials are tried again when their cause is mended', async () => {
    const trainer = await trainingWorker({
      epochMs: 40,
      failing: { depth: 3, error: new BugError('kernel 2 has no column') },
    });
    const axes = { depth: [2, 3], seed: seeds(4), initializer: 'heNormal', activation: 'relu' };
    const { handle, sweepId } = await start(sweepFile({ axes, run: { concurrency: 1, failureTolerance: 1 } }));
    await until(async () => (await orchestra.store.progress(sweepId)).states.failed > 0);
    await handle.executeUpdate(pauseUpdate, { args: [{}] });
    await until(() => trainer.running === 0);
    await until(async () => (await orchestra.store.progress(sweepId)).states.running === 0);
    const { failed } = (await orchestra.store.progress(sweepId)).states;
    trainer.failing = undefined;
    const { message } = await handle.executeUpdate(retryFailedUpdate);
    expect(await refusalOf(handle.executeUpdate(retryFailedUpdate))).toContain('being tried again already');
    await handle.executeUpdate(resumeUpdate);
    const result = await handle.result();

    expect(message).toMatch(
      failed === 1 ? /^1 trial that had failed is/ : new RegExp(`^${failed} trials that had failed are`),
    );
    expect(result).toMatchObject({ trials: 8, states: { converged: 8, failed: 0 } });
    expect(await handle.query(progressQuery)).toMatchObject({ done: 8, failed: 0, share: 1, commonestFailures: [] });
  });

  test('holds when the sweep is reset to its beginning, and is not added twice', async () => {
    const trainer = await trainingWorker({ epochMs: 60 });
    const { handle, sweepId } = await start(sweepFile({ axes: { seed: seeds(2) } }));
    await handle.executeUpdate(addSeedsUpdate, { args: [{ count: 2 }] });
    await handle.executeUpdate(pauseUpdate, { args: [{}] });
    const { events } = await handle.fetchHistory();
    const firstCompleted = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
    await orchestra.temporal.client.workflowService.resetWorkflowExecution({
      namespace: orchestra.temporal.namespace,
      workflowExecution: { workflowId: handle.workflowId },
      reason: 'the test says so',
      requestId: randomUUID(),
      workflowTaskFinishEventId: firstCompleted ?? null,
    });
    const reset = orchestra.temporal.client.workflow.getHandle<typeof sweep>(handle.workflowId);
    await until(async () => (await reset.query(progressQuery)).state === 'paused');
    await reset.executeUpdate(resumeUpdate);

    expect(await reset.result()).toMatchObject({ sweepId, trials: 16, states: { converged: 16, failed: 0 } });
    expect((await orchestra.store.outcomes(sweepId)).map(({ number }) => number)).toEqual(
      Array.from({ length: 16 }, (_, n) => n),
    );
    expect((await orchestra.store.readSweep(sweepId)).spec.additions).toHaveLength(1);
    expect(trainer.begun.length).toBeLessThan(32);
  });
});

test('what is asked for before the file is checked waits for that', async () => {
  const trainer = await trainingWorker();
  const handle = await orchestra.temporal.client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId: `control-${randomUUID()}`,
    args: [sweepFile({ axes: { seed: seeds(2) } })],
  });
  expect(await handle.executeUpdate(pauseUpdate, { args: [{}] })).toMatchObject({ state: 'paused', trials: 8 });
  await until(() => trainer.running === 0);
  await handle.executeUpdate(resumeUpdate);
  expect(await handle.result()).toMatchObject({ states: { converged: 8 } });
});

test('what cannot be done is refused in words, and changes nothing', async () => {
  const trainer = await trainingWorker({ epochMs: 60 });
  const [one, two] = seeds(2);
  const { handle, sweepId } = await start(sweepFile({ axes: { seed: [one, two] }, run: { concurrency: 2 } }));
  const refused = (definition: UpdateDefinition<unknown, [unknown]> | typeof resumeUpdate, ...args: [] | [unknown]) =>
    refusalOf(handle.executeUpdate<unknown, [unknown]>(definition.name, { args: args as [unknown] }));

  expect(await refused(resumeUpdate)).toBe('The sweep is not paused.');
  expect(await refused(pauseUpdate, { now: 'yes' })).toBe('now is "yes": expected true or false');
  expect(await refused(pauseUpdate, { soon: true })).toBe('soon is not known: expected {"now": true} or nothing');
  expect(await refused(addSeedsUpdate)).toBe('expected {"count": 5} or {"seeds": [11, 12]}, got missing');
  expect(await refused(addSeedsUpdate, { count: 0 })).toBe('count is 0: expected a whole number from 1 to 10000');
  expect(await refused(addSeedsUpdate, { seeds: [one] })).toBe(`The sweep has seed ${one} already.`);
  expect(await refused(addDepthsUpdate, { depths: [2.5] })).toBe(
    'depths is [2.5]: expected a list of whole numbers from 1',
  );
  expect(await refused(addDepthsUpdate, { depths: [300] })).toContain('depth 300 is beyond the limit of 256');
  expect(await refused(setConcurrencyUpdate, { concurrency: 501 })).toContain('expected a whole number from 1 to 500');
  expect(await refused(setTargetUpdate, { threshold: 0.5 })).toContain('under another workflow id');
  expect(await refused(addSeedsUpdate, { count: 300 })).toContain(
    'axis seed would have 302 values, beyond the limit of 256',
  );
  expect((await orchestra.store.readSweep(sweepId)).spec.additions).toBeUndefined();
  expect(await handle.result()).toMatchObject({ trials: 8 });
  expect(trainer.begun).toHaveLength(8);
});
