import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { BugError, CheckpointError, MachineError, TrainerCrashError, UserError } from '../../core/errors.ts';
import type { FailureKind } from '../../core/trial/failure-kind.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { sweepFile } from './sweep-files.ts';
import { useOrchestra } from './use-orchestra.ts';

const orchestra = useOrchestra();

const attempts = 2;
/** Two deaths among others and three alone. */
const deaths = 5;

test.each<[FailureKind, Error, number, string]>([
  ['user', new UserError('There is no column "species" in iris.csv.'), 1, 'There is no column "species" in iris.csv.'],
  ['machine', new MachineError('out of memory'), attempts, 'no attempt succeeded; the last one: out of memory'],
  ['machine', new CheckpointError('it is torn'), attempts, 'no attempt succeeded; the last one: it is torn'],
  [
    'poison',
    new TrainerCrashError('It was ended by SIGSEGV.', 'p'),
    deaths,
    'quarantined: 5 processes died while they',
  ],
  ['bug', new BugError('kernel 2 has no column'), 1, 'kernel 2 has no column'],
])(
  'a %s failure (%o) is tried so often, told of as such, and leaves its neighbour alone',
  async (kind, error, tries, reason) => {
    const recordFailure = vi.spyOn(orchestra.store, 'recordFailure');
    const trainer = await orchestra.trainingWorker({ failing: { depth: 3, error } });
    const { sweepId, states } = await run({ depth: [2, 3], seed: 1 });

    expect(states).toMatchObject({ converged: 1, failed: 1 });
    expect(trainer.begun.filter(({ config }) => config.depth === 3)).toHaveLength(tries);
    expect(trainer.begun.filter(({ config }) => config.depth === 2)).toHaveLength(1);
    expect(recordFailure.mock.calls.map(([failure]) => failure)).toMatchObject([{ sweepId, kind }]);
    const [failed] = (await orchestra.store.outcomes(sweepId)).filter(({ state }) => state === 'failed');
    expect(failed!.reason).toContain(reason);
    recordFailure.mockRestore();
  },
  60_000,
);

test('a numerical failure is a result: tried once, diverged, no failure of the sweep', async () => {
  const trainer = await orchestra.trainingWorker();
  const { states } = await run({ depth: 2, seed: [1, 13] });

  expect(states).toMatchObject({ converged: 1, diverged: 1, failed: 0 });
  expect(trainer.begun).toHaveLength(2);
});

test('deaths of its process cost a trial no attempt: the last one that it has is still its own', async () => {
  const trainer = await orchestra.trainingWorker({
    failing: { depth: 3, error: new TrainerCrashError('It was ended by SIGKILL.', randomUUID()) },
  });
  const running = run({ depth: 3, seed: 1 }, { attempts: 1 });
  while (trainer.begun.length < 4) await new Promise((resolve) => setTimeout(resolve, 50));
  trainer.failing = undefined;

  expect((await running).states).toMatchObject({ converged: 1, failed: 0 });
  expect(trainer.begun.map(({ alone }) => alone)).toEqual([false, false, true, true, true]);
}, 60_000);

function run(axes: object, limits: object = {}) {
  const file = sweepFile({
    axes: { initializer: 'heNormal', activation: 'relu', ...axes },
    run: { attempts, reuse: false, failureTolerance: 0.5, ...limits },
  });
  const options = { taskQueue: controlQueue, workflowId: randomUUID(), args: [file] as [unknown] };
  return orchestra.temporal.client.workflow.execute<typeof sweep>('sweep', options);
}
