import { spawn, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { BugError, MachineError } from '../../core/errors.ts';
import { findFreePort } from '../../infra/local/ports.ts';
import { stopProcess } from '../../infra/local/processes.ts';
import { findTemporal, startTemporalServer } from '../../infra/local/temporal.ts';
import { migrate } from '../../storage/migrate.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import type { ContenderKind } from './contender.ts';
import type { Load } from './load.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stopMs = 30_000;

/** Our own: a Temporal server, a control worker and a training worker, each a process, on PostgreSQL. */
export const initsweep: ContenderKind = {
  system: 'initsweep',
  afterKill: 'tried again by itself; what ended is kept',

  async start(load, { databaseUrl, postgresPid, folder, profileFolder, onProgress }) {
    await migrate(databaseUrl);
    const { path: binary } = await findTemporal({ onProgress });
    const port = await findFreePort(17_400);
    const temporal = await startTemporalServer({ binary, folder, port, uiPort: await findFreePort(port + 1) });
    const environment = {
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporal.address,
      SWEEP_LOG_LEVEL: 'info',
      SWEEP_MAX_AXIS_VALUES: String(load.trials),
    };
    const profile = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const control = await startWorker('control', [...profile, join(root, 'workers/control.ts')], environment, folder);
    const training = await startWorker(
      'training',
      [...profile, fileURLToPath(new URL('training-worker.ts', import.meta.url)), String(load.concurrency)],
      environment,
      folder,
    );
    const connection = await Connection.connect({ address: temporal.address });
    const client = new Client({ connection });
    return {
      system: 'initsweep',
      parts: { PostgreSQL: postgresPid, Temporal: temporal.pid, control: control.pid!, training: training.pid! },

      async run() {
        await client.workflow.execute<typeof sweep>('sweep', {
          taskQueue: controlQueue,
          workflowId: 'orchestration',
          args: [sweepFile(load)],
        });
      },

      async stored() {
        const database = new pg.Client(databaseUrl);
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

      async close() {
        await connection.close();
        await Promise.all([control, training].map(({ pid }) => stopProcess(pid!, stopMs)));
        await temporal.stop();
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

/** Resolves when the worker polls. */
async function startWorker(
  name: string,
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  folder: string,
): Promise<ChildProcess> {
  const logFile = join(folder, `${name}.log`);
  const log = await open(logFile, 'a');
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), ...command], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  await log.close();
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) =>
      reject(new MachineError(`The ${name} worker ended with ${code}; its log is ${logFile}`)),
    );
  });
  return child;
}
