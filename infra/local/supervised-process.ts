import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { MachineError } from '../../core/errors.ts';
import { stopProcess } from './processes.ts';

export interface SupervisedProcessOptions {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly graceMs: number;
  readonly logger: Logger;
  /** Asked again and again whether it is ready; without this the process itself says so over IPC. */
  readonly isReady?: () => Promise<boolean>;
  /** Called whenever a process takes the name's place, or leaves it (null). */
  readonly onChange: (pid: number | null, restarts: number) => void;
}

export interface SupervisedProcess {
  /** Resolves when it is ready for the first time; rejects with MachineError (the end of its log) when it ends before that. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

const readyWithinMs = 180_000;
const askEveryMs = 250;
const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
/** One that lived so long did not fail at its start: its next restart waits only shortly again. */
const settledAfterMs = 60_000;

/** Starts a process and starts it again whenever it ends, later each time. It says { kind: 'ready' } over IPC, unless it is asked by `isReady`. */
export function superviseProcess(options: SupervisedProcessOptions): SupervisedProcess {
  const { name, logger } = options;
  let child: ChildProcess | null = null;
  let stopping = false;
  let restarts = 0;
  let delayMs = firstDelayMs;
  let restartTimer: NodeJS.Timeout | null = null;

  const start = (): Promise<void> => {
    const startedAt = performance.now();
    const current = launch(options);
    child = current;
    options.onChange(current.pid ?? null, restarts);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new MachineError(`the ${name} was not ready after ${readyWithinMs / 1000} s; its log is ${options.logFile}`),
        );
      }, readyWithinMs);
      const ready = (): void => {
        clearTimeout(timer);
        logger.info({ worker: name, pid: current.pid }, 'ready');
        resolve();
      };
      current.on('message', (message) => {
        if ((message as { kind?: unknown }).kind === 'ready') ready();
      });
      if (options.isReady) void pollUntilReady(current, options.isReady).then((is) => is && ready());
      const over = (how: string): void => {
        clearTimeout(timer);
        child = null;
        options.onChange(null, restarts);
        reject(new MachineError(`the ${name} ${how}; the end of ${options.logFile}:\n${tail(options.logFile)}`));
        if (!stopping) again(how, performance.now() - startedAt);
      };
      current.once('error', (error) => over(`could not start (${error.message})`));
      current.once('exit', (code, signal) => over(signal === null ? `ended with ${code}` : `was ended by ${signal}`));
    });
  };

  const again = (how: string, livedMs: number): void => {
    if (livedMs > settledAfterMs) delayMs = firstDelayMs;
    logger.warn({ worker: name, how, delayMs }, 'ended; starting it again');
    restartTimer = setTimeout(() => {
      restarts += 1;
      // Its failure is in the log, and its exit schedules the next start.
      start().catch(() => undefined);
    }, delayMs);
    delayMs = Math.min(delayMs * 2, longestDelayMs);
  };

  const stop = async (): Promise<void> => {
    stopping = true;
    if (restartTimer !== null) clearTimeout(restartTimer);
    const pid = child?.pid;
    if (pid === undefined) return;
    const how = await stopProcess(pid, options.graceMs);
    logger.info({ worker: name, pid, how }, 'stopped');
  };

  const ready = start();
  ready.catch(() => undefined);
  return { ready, stop };
}

/** False when the process ended first. */
async function pollUntilReady(child: ChildProcess, isReady: () => Promise<boolean>): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await isReady()) return true;
    await sleep(askEveryMs);
  }
  return false;
}

function launch(options: SupervisedProcessOptions): ChildProcess {
  const log = openSync(options.logFile, 'a');
  try {
    const [command, ...rest] = options.command;
    return spawn(command, rest, {
      cwd: options.folder,
      env: options.environment,
      stdio: ['ignore', log, log, ...(options.isReady ? [] : (['ipc'] as const))],
      // Its own group: Ctrl-C in the terminal that started the stack is not meant for it.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

/** The last lines of a log, for an error message. */
export function tail(file: string, lines = 12): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
