import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, test } from 'vitest';
import { claimNames } from '../../core/claims/claim-texts.ts';
import { BugError, MachineError } from '../../core/errors.ts';
import { planQuery, progressQuery } from '../../workflows/messages.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { sweepFile } from './sweep-files.ts';
import { useOrchestra } from './use-orchestra.ts';

const orchestra = useOrchestra();
const { trainingWorker } = orchestra;

const start = (file: unknown) =>
  orchestra.temporal.client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId: `sweep-${randomUUID()}`,
    args: [file],
  });

/** Waits until the check holds; the test's own timeout ends a wait that is in vain. */
async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(50);
}

async function untilSome(handle: Awaited<ReturnType<typeof start>>, done: number) {
  await until(async () => (await handle.query(progressQuery)).done >= done);
  return handle.query(progressQuery);
}

async function openWorkflows(): Promise<number> {
  return (await orchestra.temporal.client.workflow.count("ExecutionStatus = 'Running'")).count;
}

async function failureOf(handle: Awaited<ReturnType<typeof start>>): Promise<Error | undefined> {
  const error = await handle.result().then(
    () => expect.unreachable('the workflow succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WorkflowFailedError);
  return (error as WorkflowFailedError).cause;
}

describe('a sweep', () => {
  test('trains every trial once and says how they ended', async () => {
    const trainer = await trainingWorker();
    const handle = await start(sweepFile({ axes: { seed: [21, 22, 23, 24, 13] } }));
    const result = await handle.result();
    const rows = await orchestra.store.outcomes(result.sweepId);

    expect(result).toMatchObject({ trials: 20, reused: 0, states: { converged: 16, diverged: 4, failed: 0 } });
    expect(result.best).not.toBeNull();
    expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 20 }, (_, number) => number));
    expect(new Set(rows.map((row) => row.trialId)).size).toBe(20);
    expect(trainer.begun).toHaveLength(20);
    expect(await orchestra.store.readSweep(result.sweepId)).toMatchObject({ state: 'completed', trialCount: 20 });
    expect(result.verdicts.map(({ claim }) => claim)).toEqual(claimNames);
    const { current, judgedOn } = await orchestra.store.evidence(result.sweepId);
    expect(judgedOn).toBe(current);
  });

  test('answers the queries progress and plan, and is readable in the Temporal UI', async () => {
    await trainingWorker();
    const handle = await start(sweepFile({ axes: { seed: [31, 32, 33, 34, 35] } }));
    await handle.result();

    expect(await handle.query(progressQuery)).toMatchObject({
      name: 'orchestra',
      state: 'completed',
      total: 20,
      done: 20,
      converged: 20,
      running: 0,
      share: 1,
    });
    const plan = await handle.query(planQuery);
    expect(plan).toMatchObject({
      gridSize: 20,
      trialCount: 20,
      epochsAtMost: 160,
      axes: { activation: ['relu', 'tanh'] },
    });
    expect(plan?.firstTrials).toHaveLength(10);
    expect(plan?.firstTrials[0]).toMatch(/(heNormal|glorotNormal) · (relu|tanh) · seed 3\d/);
    const metadata = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain('20 of 20 trials');
    expect(metadata.currentDetails).toContain('| Equal weights stay equal | **undecided** |');
    expect(metadata.currentDetails).toMatch(
      /^Best cell so far: \*\*(heNormal|glorotNormal) · .*\*\* \(5 of 5 converged, .*\)$/m,
    );
    const { typedSearchAttributes } = await handle.describe();
    expect(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toEqual(
      expect.arrayContaining([
        ['SweepState', 'completed'],
        ['SweepShareDone', 1],
        ['SweepDataset', ['digits']],
      ]),
    );
  });

  test('takes over what an earlier sweep has trained', async () => {
    const file = sweepFile({ axes: { seed: [41, 42, 43, 44, 45] } });
    await trainingWorker();
    await (await start(file)).result();
    const result = await (await start(sweepFile({ axes: { seed: [44, 45, 46] } }))).result();

    expect(result).toMatchObject({ trials: 12, reused: 8, states: { converged: 12 } });
  });

  test('shares its trials with another that wants the same ones at the same time', async () => {
    const file = sweepFile({ axes: { seed: [51, 52, 53, 54, 55] } });
    const trainer = await trainingWorker({ epochMs: 20 });
    const handles = [await start(file), await start(file)];
    const results = await Promise.all(handles.map((handle) => handle.result()));

    expect(trainer.begun).toHaveLength(20);
    for (const result of results) expect(result).toMatchObject({ trials: 20, states: { converged: 20 } });
    expect(results.reduce((sum, { reused }) => sum + reused, 0)).toBe(20);
  });

  test('reports a trial that always fails and goes on with the others', async () => {
    await trainingWorker({ failing: { depth: 3, error: new MachineError('the trainer ran out of memory') } });
    const axes = {
      depth: [2, 3],
      seed: [61, 62, 63, 64, 65, 66, 67, 68, 69],
      initializer: 'heNormal',
      activation: 'relu',
    };
    const handle = await start(sweepFile({ axes, run: { attempts: 2, failureTolerance: 0.5 } }));
    const result = await handle.result();

    expect(result.states).toMatchObject({ converged: 9, failed: 9 });
    const failed = (await orchestra.store.outcomes(result.sweepId)).filter((row) => row.state === 'failed');
    expect(failed).toHaveLength(9);
    expect(failed[0]?.reason).toBe('no attempt succeeded; the last one: the trainer ran out of memory');
    const { commonestFailures } = await handle.query(progressQuery);
    expect(commonestFailures).toEqual(['9 x no attempt succeeded; the last one: the trainer ran out of memory']);
  });

  test('fails when more trials failed than it tolerates, and says why and what to do', async () => {
    const trainer = await trainingWorker({
      epochMs: 50,
      failing: { depth: 3, error: new BugError('kernel 2 has no column') },
    });
    const axes = {
      depth: [2, 3],
      seed: Array.from({ length: 40 }, (_, i) => 100 + i),
      initializer: 'heNormal',
      activation: 'relu',
    };
    const handle = await start(sweepFile({ axes, run: { failureTolerance: 0.05 } }));
    const failure = await failureOf(handle);

    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: 'TooManyFailures', nonRetryable: true });
    expect(failure?.message).toMatch(/\d+ of 80 trials failed, more than run.failureTolerance \(0.05\) allows/);
    expect(failure?.message).toContain('kernel 2 has no column');
    const { sweepId } = await handle.query(progressQuery);
    expect((await orchestra.store.readSweep(sweepId)).state).toBe('failed');
    expect((await orchestra.store.progress(sweepId)).states).toMatchObject({ running: 0 });
    expect(trainer.begun.length).toBeLessThan(80);
    expect(trainer.running).toBe(0);
  });

  test('fails at once, with every mistake, when its file has mistakes', async () => {
    const handle = await start(
      sweepFile({ axes: { initializer: 'heNormall', depth: -1 }, run: { concurrency: 'many' } }),
    );
    const failure = (await failureOf(handle)) as ApplicationFailure;

    expect(failure).toMatchObject({ type: 'UserError', nonRetryable: true });
    expect(failure.message).toContain('heNormal');
    const issues = failure.details?.[0] as { path: string }[];
    expect(issues.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['axes.initializer', 'axes.depth', 'run.concurrency']),
    );
    const { events } = await handle.fetchHistory();
    expect(events?.filter((event) => event.activityTaskScheduledEventAttributes)).toHaveLength(1);
  });
});

/** To its first task, so that it begins anew under the same name. */
async function reset(handle: Awaited<ReturnType<typeof start>>): Promise<void> {
  const { events } = await handle.fetchHistory();
  const firstCompleted = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
  await orchestra.temporal.client.workflowService.resetWorkflowExecution({
    namespace: orchestra.temporal.namespace,
    workflowExecution: { workflowId: handle.workflowId },
    reason: 'the test says so',
    requestId: randomUUID(),
    workflowTaskFinishEventId: firstCompleted ?? null,
  });
}

describe('what goes wrong around a sweep', () => {
  test('an attempt that lost its trial stops, and the next one ends it', async () => {
    const trainer = await trainingWorker({ epochMs: 400 });
    const handle = await start(sweepFile({ axes: { seed: [601], initializer: 'heNormal', activation: 'relu' } }));
    await until(() => trainer.running === 1);
    const { sweepId } = await handle.query(progressQuery);
    await orchestra.store.recordFailure({
      sweepId,
      number: 0,
      key: null,
      state: 'failed',
      reason: 'taken away by the test',
    });
    const result = await handle.result();

    expect(result.states).toMatchObject({ converged: 1, failed: 0 });
    expect(trainer.begun).toHaveLength(2);
  });

  test('a reset sweep ends with every trial once', async () => {
    const trainer = await trainingWorker({ epochMs: 60 });
    const handle = await start(sweepFile({ axes: { seed: [701, 702, 703, 704, 705] } }));
    await until(async () => (await handle.query(progressQuery)).done >= 5);
    const { sweepId } = await handle.query(progressQuery);
    await reset(handle);
    const result = await orchestra.temporal.client.workflow.getHandle<typeof sweep>(handle.workflowId).result();

    expect(result).toMatchObject({ sweepId, trials: 20, states: { converged: 20, failed: 0, cancelled: 0 } });
    expect((await orchestra.store.outcomes(sweepId)).map((row) => row.number)).toEqual(
      Array.from({ length: 20 }, (_, number) => number),
    );
    expect(trainer.begun.length).toBeLessThan(40);
    await until(async () => (await openWorkflows()) === 0);
  });
});

describe('a sweep that is cancelled', () => {
  test('stops its trials, leaves none running and keeps those that had ended', async () => {
    // Several seconds a trial: a cancellation is heard with a heartbeat, every two.
    const trainer = await trainingWorker({ epochMs: 1_000 });
    const handle = await start(sweepFile({ axes: { seed: Array.from({ length: 20 }, (_, i) => 200 + i) } }));
    const { sweepId } = await untilSome(handle, 6);
    await handle.cancel();
    const failure = await failureOf(handle);

    expect(failure).toBeInstanceOf(CancelledFailure);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(trainer.running).toBe(0);
    const { states } = await orchestra.store.progress(sweepId);
    expect(states.running).toBe(0);
    expect(states.cancelled).toBeGreaterThan(0);
    expect(states.converged).toBeGreaterThanOrEqual(6);
    expect((await orchestra.store.readSweep(sweepId)).state).toBe('cancelled');
    expect(await openWorkflows()).toBe(0);
  });

  test('goes on when it is reset, and ends with every trial once', async () => {
    const trainer = await trainingWorker({ epochMs: 300 });
    const handle = await start(sweepFile({ axes: { seed: [801, 802, 803, 804, 805] } }));
    const { sweepId } = await untilSome(handle, 3);
    await handle.cancel();
    await failureOf(handle);
    await reset(handle);
    const result = await orchestra.temporal.client.workflow.getHandle<typeof sweep>(handle.workflowId).result();

    expect(result).toMatchObject({ sweepId, trials: 20, states: { converged: 20, failed: 0, cancelled: 0 } });
    expect(await orchestra.store.readSweep(sweepId)).toMatchObject({ state: 'completed' });
    expect(trainer.begun.length).toBeLessThan(40);
  });

  test('can be started again, and then trains only what is missing', async () => {
    const file = sweepFile({ axes: { seed: Array.from({ length: 10 }, (_, i) => 300 + i) } });
    const trainer = await trainingWorker({ epochMs: 120 });
    const handle = await start(file);
    const { sweepId } = await untilSome(handle, 6);
    await handle.cancel();
    await failureOf(handle);
    const before = (await orchestra.store.progress(sweepId)).states.converged;
    trainer.begun.length = 0;
    const result = await (await start(file)).result();

    expect(result.states.converged).toBe(40);
    expect(trainer.begun).toHaveLength(40 - before);
  });

  test('by being terminated also stops its trials and closes its row', async () => {
    const trainer = await trainingWorker({ epochMs: 100 });
    const handle = await start(sweepFile({ axes: { seed: Array.from({ length: 20 }, (_, i) => 400 + i) } }));
    const { sweepId } = await untilSome(handle, 3);
    await handle.terminate('the test says so');
    await until(async () => (await orchestra.store.readSweep(sweepId)).state !== 'running');
    await until(async () => (await openWorkflows()) === 0);

    expect(trainer.running).toBe(0);
    expect(await orchestra.store.readSweep(sweepId)).toMatchObject({
      state: 'cancelled',
      reason: 'the sweep workflow was terminated',
    });
    expect((await orchestra.store.progress(sweepId)).states).toMatchObject({ running: 0 });
  });

  test('while no training worker is there leaves none running', async () => {
    const trainer = await trainingWorker({ epochMs: 400 });
    const handle = await start(sweepFile({ axes: { seed: [501, 502, 503, 504, 505] } }));
    await until(() => trainer.running === trainer.info.places);
    await orchestra.stopTrainingWorker();
    const { sweepId } = await handle.query(progressQuery);
    await handle.cancel();
    await failureOf(handle);

    const { states } = await orchestra.store.progress(sweepId);
    expect(states).toMatchObject({ running: 0, failed: 0 });
    expect(states.cancelled).toBeGreaterThanOrEqual(trainer.info.places);
  });
});
