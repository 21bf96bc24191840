import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { BugError } from '../../core/errors.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import type { ContenderKind } from './contender.ts';
import type { Load } from './load.ts';
import { startOwnStack } from './own-stack.ts';

/** Our own, on trials that sleep. */
export const initsweep: ContenderKind = {
  system: 'initsweep',
  afterKill: 'tried again by itself; what ended is kept',

  async start(load, surroundings) {
    const stack = await startOwnStack(
      [fileURLToPath(new URL('training-worker.ts', import.meta.url)), String(load.concurrency)],
      { SWEEP_MAX_AXIS_VALUES: String(load.trials) },
      surroundings,
    );
    return {
      system: 'initsweep',
      parts: stack.parts,
      close: () => stack.close(),

      async run() {
        await stack.client.workflow.execute<typeof sweep>('sweep', {
          taskQueue: controlQueue,
          workflowId: 'orchestration',
          args: [sweepFile(load)],
        });
      },

      async stored() {
        const database = new pg.Client(surroundings.databaseUrl);
        await database.connect();
        try {
          const { rows } = await database.query<{ trials: number; epochs: number }>(
            `SELECT (SELECT count(*)::int FROM trial WHERE state = 'notConverged') AS trials, (SELECT count(*)::int FROM epoch) AS epochs`,
          );
          const { trials, epochs } = rows[0]!;
          if (trials !== load.trials || epochs !== load.trials * (load.epochs + 1)) {
            throw new BugError('what is stored is not what was run', { trials, epochs, load });
          }
          return `result, ${load.epochs + 1} epochs of 4 curves`;
        } finally {
          await database.end();
        }
      },
    };
  },
};

/** Seeds are the trials: one cell. */
function sweepFile({ trials, concurrency, epochs }: Load): object {
  return {
    name: 'orchestration',
    axes: { initializer: 'heNormal', activation: 'relu', depth: 2, seed: { from: 1, count: trials } },
    training: { dataset: 'digits', width: 32, epochs },
    run: { concurrency },
  };
}
