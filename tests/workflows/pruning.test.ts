import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { addSeedsUpdate, pauseUpdate, resumeUpdate } from '../../workflows/control-messages.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { sweepFile } from './sweep-files.ts';
import { useOrchestra } from './use-orchestra.ts';

const orchestra = useOrchestra();
const beginTraining = () => orchestra.trainingWorker({ epochMs: 5 });

// The arithmetic trainer's zeros are slow under relu; a seed's start is 1 + seed % 7, so no target is met before the rung at epoch 2.
const axes = {
  initializer: ['heNormal', 'glorotNormal', 'zeros'],
  activation: 'relu',
  seed: [22, 23, 24, 25, 26],
};
const file = {
  ...sweepFile({ axes, training: { epochs: 12, target: { metric: 'validationAccuracy', threshold: 0.9 } } }),
  adaptive: { pruning: { method: 'ashaStopping', minEpochs: 2, reduction: 3 } },
};

function start(name: string, content: object) {
  return orchestra.temporal.client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId: `${name}-${randomUUID()}`,
    args: [content],
  });
}

describe('a sweep with pruning', () => {
  test('gives up trials that are behind, says what it spared, and leaves whole results to others only', async () => {
    await beginTraining();
    const result = await (await start('pruned', file)).result();
    const rows = await orchestra.store.outcomes(result.sweepId);
    const pruned = rows.filter(({ state }) => state === 'pruned');

    expect(rows).toHaveLength(15);
    // Every start of zeros is 64 times as high; those that came before all others may go on.
    expect(pruned.filter(({ initializer }) => initializer === 'zeros').length).toBeGreaterThan(0);
    expect(rows.filter(({ state, seed }) => state === 'converged' && seed === 22).length).toBeGreaterThan(0);
    expect(pruned.every(({ epochsRun, testAccuracy }) => epochsRun === 2 && testAccuracy === null)).toBe(true);
    expect(pruned[0]!.reason).toMatch(/^Given up after epoch 2: at validation loss .* of \d+ trials had .* or less\.$/);
    expect(result).toMatchObject({
      trials: 15,
      states: { pruned: pruned.length, failed: 0 },
      pruning: { trials: pruned.length, epochsPlanned: 15 * 12, epochsSpared: pruned.length * 10 },
    });

    // Another sweep over the same trials takes over the whole ones and trains the others to their end.
    const { adaptive: _, ...whole } = file;
    const second = await (await start('whole', whole)).result();
    expect(second).toMatchObject({ trials: 15, reused: 15 - pruned.length, states: { pruned: 0 }, pruning: null });

    // And one that prunes takes over whatever is whole, as it is.
    const third = await (await start('again', file)).result();
    expect(third).toMatchObject({ trials: 15, reused: 15, states: { pruned: 0 } });
  });

  test('goes on through pauses and added seeds', async () => {
    const trainer = await beginTraining();
    const own = { ...file, run: { ...file.run, reuse: false, concurrency: 4 } };
    const handle = await start('steered', own);
    while (trainer.begun.length < 4) await sleep(10);
    await handle.executeUpdate(pauseUpdate, { args: [{ now: true }] });
    await handle.executeUpdate(addSeedsUpdate, { args: [{ seeds: [35, 36] }] });
    await handle.executeUpdate(resumeUpdate);
    const result = await handle.result();

    expect(result).toMatchObject({ trials: 21, states: { failed: 0, cancelled: 0 } });
    expect(result.states.pruned).toBeGreaterThan(2);
    const rows = await orchestra.store.outcomes(result.sweepId);
    expect(rows.filter(({ seed }) => seed > 30)).toHaveLength(6);
    // The best there is at the rung goes on whenever it comes.
    expect(rows.filter(({ seed, initializer }) => seed === 35 && initializer !== 'zeros').map(({ state }) => state)).toEqual([
      'converged',
      'converged',
    ]); // prettier-ignore
  });

  test('together with adaptive seeds gives seeds only where the race is open', async () => {
    await beginTraining();
    const { pruning } = file.adaptive;
    const seeds = { until: 'decided', budget: 7, step: 2 };
    const content = { ...file, adaptive: { pruning, seeds }, run: { ...file.run, reuse: false } };
    const result = await (await start('adaptive', content)).result();

    expect(result.adaptive!.looks).toBeGreaterThanOrEqual(1);
    expect(result.states.pruned).toBeGreaterThan(2);
    expect(Object.values(result.states).reduce((sum, count) => sum + count)).toBe(result.trials);
  });
});
