import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { addSeedsUpdate } from '../../workflows/control-messages.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { sweepFile } from './sweep-files.ts';
import { useOrchestra } from './use-orchestra.ts';

const orchestra = useOrchestra();

test('seeds are added only where the comparison is open, up to the budget, also when every worker is replaced', async () => {
  const trainer = await orchestra.trainingWorker({ epochMs: 20 });
  // The arithmetic trainer's zeros are slow under relu, and as good as the others under tanh.
  const axes = { initializer: ['heNormal', 'zeros'], activation: ['relu', 'tanh'], seed: [21, 22, 23, 24] };
  const file = { ...sweepFile({ axes }), adaptive: { seeds: { until: 'decided', budget: 8, step: 2 } } };
  const handle = await orchestra.temporal.client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId: `adaptive-${randomUUID()}`,
    args: [file],
  });
  while (trainer.begun.length < 18) await sleep(20);
  await expect(handle.executeUpdate(addSeedsUpdate, { args: [{ count: 1 }] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining('adaptive.seeds') as string },
  });
  await orchestra.stopTrainingWorker();
  await orchestra.replaceControlWorker();
  await orchestra.trainingWorker({ epochMs: 20 });
  const result = await handle.result();

  // Of four seeds nothing can be decided at 0.05 / 3; of six, relu is; tanh's two are alike for ever.
  expect(result).toMatchObject({ trials: 28, adaptive: { looks: 3, regimes: 2, open: 1 } });
  const rows = await orchestra.store.outcomes(result.sweepId);
  const seedsOf = (initializer: string, activation: string) =>
    rows.filter((row) => row.initializer === initializer && row.activation === activation).map(({ seed }) => seed);
  for (const initializer of ['heNormal', 'zeros']) {
    expect(seedsOf(initializer, 'relu')).toEqual([21, 22, 23, 24, 25, 26]);
    expect(seedsOf(initializer, 'tanh')).toEqual([21, 22, 23, 24, 25, 26, 27, 28]);
  }
  const { spec, trialCount } = await orchestra.store.readSweep(result.sweepId);
  expect(trialCount).toBe(28);
  expect(spec.additions?.map(({ id, regimes }) => [id, regimes])).toEqual([
    ['look-1', [0, 1]],
    ['look-2', [1]],
  ]);
});
