import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, type OpenStore } from '../../storage/prisma-sweep-store.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { useWorkerProcesses } from './use-worker-processes.ts';

const workers = useWorkerProcesses({ SWEEP_BACKEND: 'wasm', SWEEP_CHECKPOINT_INTERVAL: '600' });
const { begin, query } = workers;
let store: OpenStore;

beforeAll(async () => {
  store = await openStore(workers.database.url);
});
afterAll(() => store.close());

const poisonSeed = 2;

test('a trial that kills its trainers is quarantined and reported; the others end as without it, and lose no attempt', async () => {
  await begin('control').ready;
  const preload = new URL('poison-preload.mjs', import.meta.url).href;
  const poisoned = begin('training', { NODE_OPTIONS: `--import ${preload}`, POISON_SEED: `${poisonSeed}` });
  const { sweepId, states } = await run('poisoned');
  expect(states).toMatchObject({ notConverged: 7, failed: 1 });

  const worker = (await query<{ worker: string }>('SELECT DISTINCT worker FROM trial'))[0]!.worker;
  const [failed] = (await store.outcomes(sweepId)).filter(({ state }) => state === 'failed');
  expect(failed).toMatchObject({ seed: poisonSeed });
  expect(failed!.reason).toMatch(
    new RegExp(`^quarantined: \\d processes died .*, 3 of them with no other trial \\(workers: ${worker}\\)`),
  );
  expect(await query('SELECT seed, failure_kind FROM trial_detail WHERE failure_kind IS NOT NULL')).toEqual([
    { seed: `${poisonSeed}`, failure_kind: 'poison' },
  ]);
  expect(await query(`SELECT detail FROM sweep_event WHERE kind = 'trialQuarantined'`)).toEqual([
    { detail: expect.stringContaining('was quarantined: ') },
  ]);
  // Two deaths among others and three alone; the neighbours' only among others, but where their turn alone came first.
  const crashes = await query<{ seed: string; among: number; alone: number }>(
    `SELECT t.seed, (count(DISTINCT a.process) FILTER (WHERE NOT a.alone))::int AS among, (count(*) FILTER (WHERE a.alone))::int AS alone
     FROM trial t JOIN trial_attempt a ON a.trial_id = t.id WHERE a.ended = 'crashed' GROUP BY t.seed`,
  );
  const byTrial = Object.fromEntries(crashes.map(({ seed, ...deaths }) => [seed, deaths]));
  expect(byTrial[poisonSeed]).toEqual({ among: 2, alone: 3 });
  expect(crashes.length).toBeGreaterThan(1);
  expect(crashes.filter(({ seed, alone }) => seed !== `${poisonSeed}` && alone > 0)).toEqual([]);

  poisoned.child.kill('SIGTERM');
  await poisoned.ended;
  begin('training');
  const undisturbed = await run('undisturbed');
  expect(undisturbed.states).toMatchObject({ notConverged: 8, failed: 0 });
  const expected = await resultsOf(undisturbed.sweepId);
  expect(await resultsOf(sweepId)).toEqual(expected.filter(({ seed }) => seed !== poisonSeed));
}, 240_000);

/** Every trial may be tried once: an error would fail it, a neighbour's deaths must not. */
function run(workflowId: string) {
  const file = {
    name: workflowId,
    axes: { initializer: 'heNormal', activation: 'relu', depth: 3, seed: { from: 1, count: 8 } },
    training: { width: 32, epochs: 200, target: null, learningRate: 0.05, optimizer: 'sgd' },
    run: { attempts: 1, reuse: false, concurrency: 4, failureTolerance: 0.2 },
  };
  const options = { taskQueue: controlQueue, workflowId, args: [file] as [unknown] };
  return workers.temporal.client.workflow.execute<typeof sweep>('sweep', options);
}

async function resultsOf(sweepId: string) {
  const outcomes = await store.outcomes(sweepId);
  const hashes = await query<{ id: string; weights_hash: string }>('SELECT id, weights_hash FROM trial');
  return outcomes
    .filter(({ state }) => state !== 'failed')
    .map(({ seed, state, testLoss, bestValidationLoss, epochsRun, trialId }) => {
      const weights = hashes.find(({ id }) => id === trialId)!.weights_hash;
      return { seed, state, testLoss, bestValidationLoss, epochsRun, weights };
    });
}
