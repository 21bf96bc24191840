import { spawn, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { MachineError } from '../../core/errors.ts';
import { findFreePort } from '../../infra/local/ports.ts';
import { stopProcess } from '../../infra/local/processes.ts';
import { findTemporal, startTemporalServer } from '../../infra/local/temporal.ts';
import { migrate } from '../../storage/migrate.ts';
import type { Surroundings } from './contender.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stopMs = 30_000;

export interface OwnStack {
  readonly client: Client;
  /** Name of a part -> the root of its process tree. */
  readonly parts: Readonly<Record<'PostgreSQL' | 'Temporal' | 'control' | 'training', number>>;
  close(): Promise<void>;
}

/**
 * A Temporal server, a control worker and a training worker, each a process, on the PostgreSQL that there is. `trainingWorker`: its script and
 * arguments. Throws MachineError when a worker ends before it polls.
 */
export async function startOwnStack(
  trainingWorker: readonly string[],
  limits: NodeJS.ProcessEnv,
  { databaseUrl, postgresPid, folder, profileFolder, onProgress }: Surroundings,
): Promise<OwnStack> {
  await migrate(databaseUrl);
  const { path: binary } = await findTemporal({ onProgress });
  const port = await findFreePort(17_400);
  const temporal = await startTemporalServer({ binary, folder, port, uiPort: await findFreePort(port + 1) });
  const environment = {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal.address,
    SWEEP_LOG_LEVEL: 'info',
    ...limits,
  };
  const profile = profileFolder === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  const start = (name: string, command: readonly string[]): Promise<ChildProcess> =>
    startWorker(name, [...profile, ...command], environment, folder);
  const control = await start('control', [join(root, 'workers/control.ts')]);
  const training = await start('training', trainingWorker);
  const connection = await Connection.connect({ address: temporal.address });
  return {
    client: new Client({ connection }),
    parts: { PostgreSQL: postgresPid, Temporal: temporal.pid, control: control.pid!, training: training.pid! },

    async close() {
      await connection.close();
      await Promise.all([control, training].map(({ pid }) => stopProcess(pid!, stopMs)));
      await temporal.stop();
    },
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
