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

/** Starts workers/control.ts or workers/training.ts as it is started in earnest, or as `wrap` says. */
export function startWorkerProcess(
  entry: 'control' | 'training',
  environment: NodeJS.ProcessEnv,
  wrap: Wrap = ([program, ...args]) => [program!, ...args],
): WorkerProcess {
  const file = fileURLToPath(new URL(`../../workers/${entry}.ts`, import.meta.url));
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
