import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type ConnectionOptions } from '@temporalio/client';
import { MachineError } from '../../core/errors.ts';
import { stopProcess } from './processes.ts';

export { findTemporal } from './find-temporal.ts';

export interface TemporalServerOptions {
  readonly binary: string;
  /** Holds `temporal.db` and, unless `logFile` says otherwise, `temporal.log`. */
  readonly folder: string;
  readonly port: number;
  readonly uiPort: number;
  readonly logFile?: string;
  /** Created beside `default` when it is another. */
  readonly namespace?: string;
}

export interface TemporalServer {
  readonly address: string;
  readonly uiAddress: string;
  readonly pid: number;
  /** Resolves with a description once the process has ended, for whatever reason. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const readyWithinMs = 60_000;

/**
 * A commit is an append to the write-ahead log, without two flushes to the disk. A kill of the server loses nothing; the machine's loss of power
 * may take back the last moments of all histories together, and what was trained in them is found in the results again.
 */
const sqlitePragmas = ['journal_mode=wal', 'synchronous=normal'];

/**
 * Server 1.29 has priorities and fairness of waiting activities (the second brings the first along), and both off: a small sweep then waits for all that a huge one had put into
 * the queue before.
 */
const dynamicSettings = ['matching.enableFairness=true'];

/**
 * Starts Temporal's development server on the loopback interface, with its histories in a file, and resolves when the
 * default namespace answers. Throws MachineError (with the log's place) when it ends or stays silent.
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  await mkdir(options.folder, { recursive: true });
  const logFile = options.logFile ?? join(options.folder, 'temporal.log');
  const log = await open(logFile, 'a');
  const namespace = options.namespace ?? 'default';
  const child = spawn(
    options.binary,
    [
      ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port), '--ui-port', String(options.uiPort)],
      ['--db-filename', join(options.folder, 'temporal.db'), '--log-level', 'warn'],
      sqlitePragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
      dynamicSettings.flatMap((setting) => ['--dynamic-config-value', setting]),
      namespace === 'default' ? [] : ['--namespace', namespace],
    ].flat(),
    // A group of its own: Ctrl-C in the terminal must reach only the one who decides the order of stopping.
    { stdio: ['ignore', log.fd, log.fd], detached: true },
  );
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not start: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal === null ? `ended with ${code}` : `ended by ${signal}`));
  });
  await log.close();
  const address = `127.0.0.1:${options.port}`;
  const failure = await Promise.race([
    ended.then((how) => `Temporal's server ${how} before it was ready`),
    namespaceAnswers({ address }, namespace, readyWithinMs).then((answers) =>
      answers ? null : `Temporal's server did not answer within ${readyWithinMs / 1000} s`,
    ),
  ]);
  if (failure !== null || child.pid === undefined) {
    if (child.pid !== undefined) await stopProcess(child.pid, 5_000);
    throw new MachineError(`${failure}; its log is ${logFile}`);
  }
  const pid = child.pid;
  return {
    address,
    uiAddress: `http://127.0.0.1:${options.uiPort}`,
    pid,
    ended,
    async stop() {
      await stopProcess(pid, 10_000);
      await ended;
    },
  };
}

/** Whether the namespace can be described within the time; tries again until then. */
export async function namespaceAnswers(
  options: ConnectionOptions,
  namespace: string,
  withinMs: number,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  do {
    try {
      const connection = await Connection.connect({ ...options, connectTimeout: 2_000 });
      try {
        await connection.withDeadline(Date.now() + 2_000, () =>
          connection.workflowService.describeNamespace({ namespace }),
        );
        return true;
      } finally {
        await connection.close();
      }
    } catch {
      await sleep(100);
    }
  } while (performance.now() < deadline);
  return false;
}
