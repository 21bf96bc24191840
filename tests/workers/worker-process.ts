import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Resolves when it says that it polls, rejects when it ends before that. */
  readonly ready: Promise<void>;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** What it wrote to standard error so far. */
  log(): string;
}

/** The command that runs a program in other circumstances. */
export type Wrap = (program: readonly string[]) => readonly [string, ...string[]];

/** Entry points: those in workers/ as they are started in earnest, and one of the tests' own. */
const entries = {
  control: new URL('../../workers/control.ts', import.meta.url),
  training: new URL('../../workers/training.ts', import.meta.url),
  roomy: new URL('roomy-worker.ts', import.meta.url),
};
export type WorkerEntry = keyof typeof entries;

/** Starts a worker's process, as it is started in earnest or as `wrap` says. */
export function startWorkerProcess(
  entry: WorkerEntry,
  environment: NodeJS.ProcessEnv,
  wrap: Wrap = ([program, ...args]) => [program!, ...args],
): WorkerProcess {
  const file = fileURLToPath(entries[entry]);
  const [command, ...args] = wrap([process.execPath, '--import', import.meta.resolve('tsx'), file]);
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    void ended.then((how) => reject(new Error(`worker ${entry} ended (${how}):\n${log}`)));
  });
  // A test that expects an end does not wait for readiness.
  ready.catch(() => undefined);
  return { child, ready, ended, log: () => log };
}
