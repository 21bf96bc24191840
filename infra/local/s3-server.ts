import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineError } from '../../core/errors.ts';
import { stopProcess } from './processes.ts';

export interface S3ServerOptions {
  readonly binary: string;
  /** Holds what the server keeps, and its log. */
  readonly folder: string;
  readonly port: number;
  /** Files of a certificate and its key; without them it speaks plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** By default drawn at random. */
  readonly keys?: S3Keys;
}

/** As Amazon's clients read them. */
export interface S3Keys {
  readonly AWS_ACCESS_KEY_ID: string;
  readonly AWS_SECRET_ACCESS_KEY: string;
}

export interface S3Server {
  readonly endpoint: string;
  readonly keys: S3Keys;
  readonly pid: number;
  /** Where the objects of a bucket lie, one file each. */
  folderOf(bucket: string): string;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const readyWithinMs = 30_000;

/** Starts versitygw on the loopback interface and resolves when it answers. Throws MachineError (with the log's place) when it does not. */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { binary, folder, port, tls } = options;
  const keys = options.keys ?? {
    AWS_ACCESS_KEY_ID: `KEY${randomBytes(8).toString('hex').toUpperCase()}`,
    AWS_SECRET_ACCESS_KEY: randomBytes(24).toString('hex'),
  };
  const [objects, metadata] = [join(folder, 'objects'), join(folder, 'metadata')];
  for (const part of [objects, metadata]) await mkdir(part, { recursive: true });
  const logFile = join(folder, 's3-server.log');
  const log = await open(logFile, 'a');
  const child = spawn(
    binary,
    [
      ['--port', `127.0.0.1:${port}`, '--quiet'],
      tls === undefined ? [] : ['--cert', tls.certificate, '--key', tls.key],
      // Not every file system has the extended attributes that it would use else.
      ['posix', '--sidecar', metadata, objects],
    ].flat(),
    {
      env: { ROOT_ACCESS_KEY: keys.AWS_ACCESS_KEY_ID, ROOT_SECRET_KEY: keys.AWS_SECRET_ACCESS_KEY },
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    },
  );
  await log.close();
  let failure: string | null = null;
  child.once('error', (error) => (failure = `could not start: ${error.message}`));
  child.once('exit', (code, signal) => (failure = `ended (${signal ?? code})`));
  const deadline = performance.now() + readyWithinMs;
  while (!(await listens(port))) {
    if (performance.now() > deadline) failure ??= 'did not answer';
    if (failure !== null) {
      if (child.pid !== undefined) await stopProcess(child.pid, 1_000);
      throw new MachineError(`The S3 server ${failure as string}; its log is ${logFile}`);
    }
    await sleep(50);
  }
  return {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    keys,
    pid: child.pid!,
    folderOf: (bucket) => join(objects, bucket),
    async stop(signal) {
      await stopProcess(child.pid!, 5_000, signal);
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
